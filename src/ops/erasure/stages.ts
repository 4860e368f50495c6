import { forgetQuarantine } from "../../features/index.ts";
import {
  type AnyTable,
  erase,
  ITEM_FEATURES,
  QUARANTINE,
  SEGMENTS,
  type Selection,
  TABLES,
  USER_FEATURES,
} from "../../lake/index.ts";
import type { ErasurePlan } from "./plan.ts";
import type { ErasePorts } from "./ports.ts";
import { quarantinedOf } from "./quarantined.ts";
import { ERASED_FEATURES, ERASED_TABLES, REMADE_TABLES } from "./selections.ts";
import { unlink } from "./unlink.ts";

/** One share of a stage. Every stage may be repeated, whole or in part: what it took out is not there any more. */
export interface StageShare {
  done: boolean;
  /** Files that were written anew. */
  units: number;
  /** Rows taken out, of the stage's table. */
  rows: number;
}

export interface Stage {
  name: string;
  table?: AnyTable;
  run(ports: ErasePorts, plan: ErasurePlan, limits: { nowMs: number; unitsMax: number }): Promise<StageShare>;
}

/** What was made as of one moment reads no increments: nobody has to wait for it to read on. */
const READERS = TABLES.filter((table) => ![SEGMENTS, ITEM_FEATURES, USER_FEATURES].includes(table as never));

type SelectionsOf = (ports: ErasePorts, plan: ErasurePlan) => Promise<Selection[]>;

/** Rows that the table's readers have not seen yet are read first, though they are others': their place would be lost. */
function erasing(table: AnyTable, selectionsOf: SelectionsOf): Stage {
  return {
    name: `erase ${table.name}`,
    table,
    async run(ports, plan, { nowMs, unitsMax }) {
      const { store, warehouseUri, clock } = ports;
      const anyOf = await selectionsOf(ports, plan);
      const erasure = { id: plan.id, anyOf, requestedMs: plan.startedMs };
      const options = { nowMs, unitsMax, warehouseUri, clock, tables: READERS };
      const { done, units, waitsForReaders } = await erase(store, table, erasure, options);
      if (waitsForReaders === true) await ports.refine();
      const rewritten = units.filter(({ job }) => job === "erase");
      return { done, units: rewritten.length, rows: rewritten.reduce((sum, { rows }) => sum + rows, 0) };
    },
  };
}

const quarantineSelections: SelectionsOf = async ({ lake, core }, { users }) => {
  const { selections, eventIds } = await quarantinedOf(lake, users);
  // D1's copies of the ids first: the rows that tell of them are gone afterwards.
  await forgetQuarantine(core, eventIds);
  return selections;
};

const NOTHING_WRITTEN = { units: 0, rows: 0 };

/** In this order: gold is made again from silver without the users, before its older states are forgotten. */
export const STAGES: readonly Stage[] = [
  // Before bronze: a quarantined event is found by what quarantine itself holds of it.
  erasing(QUARANTINE, quarantineSelections),
  ...ERASED_TABLES.map(({ table, select }) =>
    erasing(table, async (_, { users }) => users.flatMap((user) => select(user))),
  ),
  {
    name: "unlink devices",
    async run(ports, plan) {
      await unlink(ports, plan.users);
      return { done: true, ...NOTHING_WRITTEN };
    },
  },
  {
    name: "remake gold",
    async run({ refine }) {
      return { done: (await refine()).done, ...NOTHING_WRITTEN };
    },
  },
  {
    name: "find segments",
    async run({ findSegments }) {
      await findSegments();
      return { done: true, ...NOTHING_WRITTEN };
    },
  },
  erasing(ERASED_FEATURES.table, async (_, { users }) =>
    users.flatMap((user) => ERASED_FEATURES.select(user)),
  ),
  ...REMADE_TABLES.map((table) => erasing(table, async () => [])),
];
