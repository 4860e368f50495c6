import { type AnyTable, type DataFile, INTERACTIONS, isForgotten, type Lake } from "../../lake/index.ts";
import { inputKey, RUN_KEY } from "../job.ts";
import { type Base, readBase } from "../watermark.ts";

/** What a gold table was made from so far, and what the next unit of work brings it to. */
export interface Step {
  /** The output's snapshot that the unit starts from; null for a table without any. */
  base: number | null;
  /** Per input: the snapshot read before (null: none), and the one to read now (null: the input has none). */
  inputs: Record<string, { from: number | null; until: number | null }>;
  /** What the output has is of no use: its inputs' snapshots are gone, and all is made anew. */
  anew: boolean;
  more: boolean;
}

/**
 * The next step from the watermarks in the output's snapshots: of silver.interactions as many snapshots as `rowsMax` allows, of the
 * `others`, which are small, all. Null when no input has anything new, unless `always` a step is wanted. `anew`: whatever the output
 * was made from, all of it is made again.
 */
export async function nextStep(
  lake: Lake,
  output: AnyTable,
  {
    rowsMax,
    others = [],
    always = false,
    anew = false,
  }: { rowsMax: number; others?: readonly AnyTable[]; always?: boolean; anew?: boolean | undefined },
): Promise<Step | null> {
  const base = await readBase(lake, output);
  const inputs = [INTERACTIONS, ...others];
  const step = anew ? null : await stepOn(lake, base, { rowsMax, inputs });
  if (step !== null) return always || hasNew(step) ? step : null;
  const whole: Step["inputs"] = {};
  for (const table of inputs) whole[table.name] = await newest(lake, table, null);
  return { base: base.snapshotId, inputs: whole, anew: true, more: false };
}

function hasNew({ inputs }: Step): boolean {
  return Object.values(inputs).some(({ from, until }) => from !== until);
}

/** On from what was read before; null when that is not there any more. */
async function stepOn(
  lake: Lake,
  base: Base,
  { rowsMax, inputs: tables }: { rowsMax: number; inputs: readonly AnyTable[] },
): Promise<Step | null> {
  const from = base.mark(INTERACTIONS);
  try {
    // The difference between two states is read from both.
    for (const table of tables) await checkHeld(lake, table, base.mark(table));
    const increment = await lake.increment(INTERACTIONS, { after: from, rowsMax });
    const inputs: Step["inputs"] = {};
    for (const table of tables) inputs[table.name] = await newest(lake, table, base.mark(table));
    inputs[INTERACTIONS.name] = { from, until: increment?.until ?? from };
    return { base: base.snapshotId, inputs, anew: false, more: increment !== null && !increment.complete };
  } catch (cause) {
    if (isForgotten(cause)) return null;
    throw cause;
  }
}

/** Rejects when a snapshot that was read has been expired or erased since. */
async function checkHeld(lake: Lake, table: AnyTable, snapshotId: number | null): Promise<void> {
  if (snapshotId !== null) await lake.snapshot(table, { snapshotId });
}

async function newest(lake: Lake, table: AnyTable, from: number | null) {
  return { from, until: (await lake.snapshot(table, {}))?.id ?? null };
}

/** The commit point of rows and watermarks together. Rejects with `StaleBaseError` when another run was faster. */
export async function commitStep(
  lake: Lake,
  output: AnyTable,
  {
    step,
    added,
    removed,
    run,
    nowMs,
    notes = {},
  }: {
    step: Step;
    added: DataFile[];
    removed: string[];
    run: string;
    nowMs: number;
    /** For the summary, beside the watermarks. */
    notes?: Record<string, string>;
  },
): Promise<{ snapshotId: number; inputs: Record<string, number>; more: boolean }> {
  const inputs: Record<string, number> = {};
  for (const [name, { until }] of Object.entries(step.inputs)) if (until !== null) inputs[name] = until;
  const marks = Object.entries(inputs).map(([name, id]) => [inputKey(name), String(id)]);
  const operation = removed.length === 0 ? "append" : "overwrite";
  const summary = { ...Object.fromEntries(marks), [RUN_KEY]: run, ...notes };
  const change = { operation, added, removed, summary, base: step.base } as const;
  const { id } = await lake.commit(output, change, { nowMs });
  return { snapshotId: id, inputs, more: step.more };
}
