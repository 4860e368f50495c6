import { noteErased } from "../../features/index.ts";
import { LINEAGE, type LineageRow } from "../../lake/index.ts";
import { dropPlan, type ErasurePlan, type KeptPlan, keepPlan, openPlan, USERS_MAX } from "./plan.ts";
import type { ErasePorts } from "./ports.ts";
import { STAGES } from "./stages.ts";

export interface EraseOutcome {
  /** False while more is due: the caller repeats. */
  done: boolean;
  /** Users of the erasure under way, or of the one just ended. */
  users: number;
  /** Rows that it has taken out of the lake so far, by table. Gold that was made again from the rest is not counted. */
  rows: Record<string, number>;
  /** What this call did, by stage. */
  stages: string[];
}

export interface EraseOptions {
  nowMs: number;
  /** Files that one call writes anew at most. */
  unitsMax: number;
  /** Now, and not when deletions have waited long enough. */
  force: boolean;
}

/** In ops.lineage: a row of each table that an erasure has rewritten, its rows as `rows_in`. It names nobody. */
export const ERASURE_JOB = "erasure";

/**
 * A bounded share of taking deleted users out of the lake, with what D1 still made of their links. Which users, and how far it has
 * come, is kept beside the lake from before the first row goes; so a call that fails anywhere is made good by the next, and of two
 * at once one gives way. Deletions are noted as erased at the very end.
 */
export async function eraseUsers(ports: ErasePorts, options: EraseOptions): Promise<EraseOutcome> {
  const opened = await openPlan(ports, options);
  if (opened === null) return { done: true, users: 0, rows: {}, stages: [] };
  let kept: KeptPlan = opened;
  const did: string[] = [];
  let unitsLeft = options.unitsMax;
  for (let stage = STAGES[kept.plan.stage]; stage !== undefined; stage = STAGES[kept.plan.stage]) {
    const { plan } = kept;
    did.push(stage.name);
    const startedAtMs = ports.clock();
    const share = await stage.run(ports, plan, { nowMs: options.nowMs, unitsMax: unitsLeft });
    unitsLeft -= share.units;
    const rows = { ...plan.rows };
    if (stage.table !== undefined && share.rows > 0) {
      rows[stage.table.name] = (rows[stage.table.name] ?? 0) + share.rows;
      const durationMs = ports.clock() - startedAtMs;
      await keepReceipt(ports, plan, { table: stage.table.name, rows: share.rows, durationMs, ...options });
    }
    const next = await keepPlan(ports.store, {
      ...kept,
      plan: { ...plan, rows, stage: share.done ? plan.stage + 1 : plan.stage },
    });
    if (next === null) return outcomeOf(plan, { done: false, did });
    kept = next;
    if (!share.done || unitsLeft <= 0) return outcomeOf(kept.plan, { done: false, did });
  }
  const { users, startedMs } = kept.plan;
  await noteErased(ports.profiles, users, startedMs);
  await dropPlan(ports.store);
  return outcomeOf(kept.plan, { done: users.length < USERS_MAX, did });
}

function outcomeOf(
  { users, rows }: ErasurePlan,
  { done, did }: { done: boolean; did: string[] },
): EraseOutcome {
  return { done, users: users.length, rows, stages: did };
}

/** After the rows are gone: a crash in between costs the receipt, and the table's snapshot still names the erasure. */
async function keepReceipt(
  { lake }: ErasePorts,
  { id }: ErasurePlan,
  { table, rows, durationMs, nowMs }: { table: string; rows: number; durationMs: number; nowMs: number },
): Promise<void> {
  const row: LineageRow = {
    run: id,
    job: ERASURE_JOB,
    inputs: {},
    output: table,
    rows_in: rows,
    rows_out: 0,
    duration_ms: durationMs,
    started_at: nowMs,
  };
  await lake.append(LINEAGE, [row], { nowMs });
}
