import type { Batch, Interaction } from "../../lake/index.ts";
import type { Blocks } from "../sort/index.ts";
import {
  actorOf,
  comparePatterns,
  PATTERN_NAMES,
  type PatternCells,
  patternAt,
  patternOf,
} from "./columns.ts";
import { type FreshRow, mergeRows, type RowSink } from "./merge-rows.ts";
import { AutomatedSessions } from "./sessions.ts";
import { TenantSet } from "./tenant-set.ts";

type PatternBatch = Batch<Interaction, (typeof PATTERN_NAMES)[number]>;

export interface PartitionRows<Name extends keyof Interaction> {
  stored(names: readonly Name[]): AsyncIterable<Batch<Interaction, Name>>;
  fresh(): Blocks<FreshRow>;
}

/** Whose sessions the fresh rows may change, and which of those sessions are not a person's. */
export interface Judged {
  actors: Pick<TenantSet, "has">;
  /** By `sessionKey`. */
  automated: ReadonlySet<string>;
}

/**
 * The first of a partition's two passes. Only `actors`, those of fresh rows, can have other sessions than before; whether a session
 * is a person's is known at its end only, while its first row must be written first. Reads a few columns.
 */
export async function judgePartition(
  rows: PartitionRows<(typeof PATTERN_NAMES)[number]>,
  freshActors: TenantSet,
): Promise<Judged> {
  const others = new TenantSet();
  const actors: Judged["actors"] = {
    has: (tenant, actor) => freshActors.has(tenant, actor) || others.has(tenant, actor),
  };
  // A copy received earlier may take the place of a row that another actor's session had: then that actor is looked at too.
  for (;;) {
    const sink = new JudgingSink(actors, others);
    const known = others.size;
    await mergeRows(rows.stored(PATTERN_NAMES), rows.fresh(), sink);
    if (others.size === known) return { actors, automated: sink.close() };
  }
}

class JudgingSink implements RowSink<(typeof PATTERN_NAMES)[number]> {
  readonly #actors: Judged["actors"];
  readonly #others: TenantSet;
  readonly #sessions = new AutomatedSessions();

  constructor(actors: Judged["actors"], others: TenantSet) {
    this.#actors = actors;
    this.#others = others;
  }

  stored(batch: PatternBatch, from: number, to: number): undefined {
    for (let index = from; index < to; index++) this.#add(patternAt(batch.columns, index));
  }

  fresh(row: FreshRow, stored: { batch: PatternBatch; index: number } | null): undefined {
    const pattern = patternOf(row[3]);
    if (stored === null) return this.#add(pattern);
    const old = patternAt(stored.batch.columns, stored.index);
    const actor = actorOf(old);
    // `tenant` is required, and has no null.
    const tenant = old.tenant as string;
    if (actor !== null && !this.#actors.has(tenant, actor)) this.#others.add(tenant, actor);
    return this.#add(comparePatterns(pattern, old) < 0 ? pattern : old);
  }

  #add(pattern: PatternCells): undefined {
    const actor = actorOf(pattern);
    const tenant = pattern.tenant as string;
    if (actor !== null && this.#actors.has(tenant, actor))
      this.#sessions.add(tenant, actor, pattern.event_id as string);
  }

  close(): ReadonlySet<string> {
    return this.#sessions.close();
  }
}
