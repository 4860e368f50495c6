import {
  compareCells,
  type DataFile,
  ITEM_CHANGES,
  ITEM_STATES,
  incrementOrAll,
  type Lake,
  type LiveFile,
  USER_CHANGES,
  USER_STATES,
} from "../../lake/index.ts";
import { inputKey, type Job, RUN_KEY } from "../job.ts";
import { boundOf, clusterFiles, type FileOrder, rewrite, tableSink } from "../rewrite/index.ts";
import { type Blocks, openScratch } from "../sort/index.ts";
import { readBase } from "../watermark.ts";
import {
  changesOf,
  isAbsent,
  type StateKey,
  type StateRow,
  type StateTables,
  statesByBucket,
  touchedIds,
} from "./state-changes.ts";

/** Some MB of items: what one change rewrites. */
const FILE_ROWS = 20_000;

/** bronze.item_changes → silver.items: an item's states with the time in which each held. */
export const ITEM_STATES_JOB = stateJob({
  changes: ITEM_CHANGES,
  states: ITEM_STATES,
  idName: "item_id",
} as unknown as StateTables);

/** bronze.user_changes → silver.users. */
export const USER_STATES_JOB = stateJob({
  changes: USER_CHANGES,
  states: USER_STATES,
  idName: "user_id",
} as unknown as StateTables);

/**
 * One unit takes an increment of changes and makes the states of all that it names anew, from all their changes: so neither order
 * nor repetition of changes matters. States and watermark come with one commit.
 */
function stateJob(tables: StateTables): Job {
  return {
    name: tables.states.name,
    async run({ lake, store }, { nowMs, rowsMax, run }) {
      const base = await readBase(lake, tables.states);
      // Begun anew where the mark is gone: the same changes make the same states.
      const after = base.mark(tables.changes);
      const { increment } = await incrementOrAll(lake, tables.changes, { after, rowsMax });
      if (increment === null) return null;
      const scratch = openScratch(store, run);
      try {
        const { touched, rows } = await touchedIds(lake, tables, increment.files);
        const changes = await changesOf(lake, tables, { touched, scratch });
        const work: Work = { lake, tables, snapshotId: base.snapshotId, nowMs };
        const made: Made = { added: [], removed: [], rows: 0 };
        for await (const { bucket, states } of statesByBucket(changes.read(), tables))
          await makeBucket(work, { bucket, states }, made);
        const { id } = await lake.commit(
          tables.states,
          {
            operation: made.removed.length > 0 ? "overwrite" : "append",
            added: made.added,
            removed: made.removed,
            base: base.snapshotId,
            summary: { [RUN_KEY]: run, [inputKey(tables.changes.name)]: String(increment.until) },
          },
          { nowMs },
        );
        return {
          snapshotId: id,
          inputs: { [tables.changes.name]: increment.until },
          rowsIn: rows,
          rowsOut: made.rows,
          more: !increment.complete,
        };
      } finally {
        // What the store does not let go now is swept when the run is old.
        await scratch.clear().catch(() => undefined);
      }
    },
  };
}

interface Work {
  lake: Lake;
  tables: StateTables;
  snapshotId: number | null;
  nowMs: number;
}

interface Made {
  added: DataFile[];
  removed: string[];
  rows: number;
}

async function makeBucket(
  { lake, tables, snapshotId, nowMs }: Work,
  { bucket, states }: { bucket: number; states: Blocks<StateRow> },
  made: Made,
): Promise<void> {
  const files = snapshotId === null ? [] : await lake.files(tables.states, { snapshotId });
  const order = orderOf(tables);
  const sink = tableSink<StateRow>(lake, tables.states, { partition: [bucket], nowMs, fileRows: FILE_ROWS });
  const removed = await rewrite<StateKey, StateRow, StateRow>({
    clusters: clusterFiles<StateKey, StateRow>(
      lake,
      tables.states,
      files.filter(({ partition }) => partition[0] === bucket),
      order,
    ),
    changes: states,
    compareGroups: order.compareGroups,
    compareRows: order.compareRows,
    fold: {
      begin() {},
      // What was known of the entity is among its changes.
      existing() {},
      change: (row) => void (isAbsent(row) || sink.push(row)),
      end() {},
    },
    sink,
  });
  made.added.push(...sink.files);
  made.removed.push(...removed);
  made.rows += sink.rows;
}

function orderOf({ idName, states }: StateTables): FileOrder<StateKey> {
  const idOf = (key: StateKey) => (key as StateRow)[idName] as string;
  const compareGroups = (a: StateKey, b: StateKey) =>
    compareCells(a.tenant, b.tenant) || compareCells(idOf(a), idOf(b));
  const columnId = (name: string) => states.columns.find((column) => column.name === name)?.id ?? 0;
  const keyOf = (file: LiveFile, end: "min" | "max"): StateKey | null => {
    const [tenant, id] = [boundOf(file, columnId("tenant"), end), boundOf(file, columnId(idName), end)];
    if (typeof tenant !== "string" || typeof id !== "string") return null;
    return {
      tenant,
      [idName]: id,
      valid_from: end === "min" ? Number.NEGATIVE_INFINITY : Infinity,
    } as StateKey;
  };
  return {
    lowest: (file) => keyOf(file, "min"),
    highest: (file) => keyOf(file, "max"),
    compareGroups,
    compareRows: (a, b) => compareGroups(a, b) || a.valid_from - b.valid_from,
  };
}
