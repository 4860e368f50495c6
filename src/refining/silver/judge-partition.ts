import { sessionActor } from "../../features/index.ts";
import type { Batch, Interaction } from "../../lake/index.ts";
import type { Blocks } from "../sort/index.ts";
import { cellsAt, compareCopies, PATTERN_NAMES, type PatternCells, patternOf } from "./columns.ts";
import { type FreshRow, mergeRows, type RowSink } from "./merge-rows.ts";
import { AutomatedSessions } from "./sessions.ts";

type PatternBatch = Batch<Interaction, (typeof PATTERN_NAMES)[number]>;

export interface PartitionRows<Name extends keyof Interaction> {
  stored(names: readonly Name[]): AsyncIterable<Batch<Interaction, Name>>;
  fresh(): Blocks<FreshRow>;
}

/** Whose sessions the fresh rows may change, and which of those sessions are not a person's. */
export interface Judged {
  /** By `actorKey`. */
  actors: ReadonlySet<string>;
  /** By `sessionKey`. */
  automated: ReadonlySet<string>;
}

export function actorKey(tenant: string, actor: string): string {
  return `${tenant}/${actor}`;
}

/**
 * The first of a partition's two passes. Only the actors of fresh rows can have other sessions than before; whether a session is a
 * person's is known at its end only, while its first row must be written first. Reads a few columns.
 */
export async function judgePartition(rows: PartitionRows<(typeof PATTERN_NAMES)[number]>): Promise<Judged> {
  const actors = new Set<string>();
  for await (const block of rows.fresh()) {
    for (const { cells } of block) {
      const actor = sessionActor(patternOf(cells));
      if (actor !== null) actors.add(actorKey(cells.tenant as string, actor));
    }
  }
  // A copy received earlier may take the place of a row that another actor's session had: then that actor is looked at too.
  for (;;) {
    const sink = new JudgingSink(actors);
    const known = actors.size;
    await mergeRows(rows.stored(PATTERN_NAMES), rows.fresh(), sink);
    if (actors.size === known) return { actors, automated: sink.close() };
  }
}

class JudgingSink implements RowSink<(typeof PATTERN_NAMES)[number]> {
  readonly #actors: Set<string>;
  readonly #sessions = new AutomatedSessions();

  constructor(actors: Set<string>) {
    this.#actors = actors;
  }

  stored(batch: PatternBatch, from: number, to: number): undefined {
    for (let index = from; index < to; index++) this.#add(cellsAt(batch, index, PATTERN_NAMES));
  }

  fresh({ cells }: FreshRow, stored: { batch: PatternBatch; index: number } | null): undefined {
    const old = stored === null ? null : cellsAt(stored.batch, stored.index, PATTERN_NAMES);
    if (old === null || compareCopies(cells, old) < 0) this.#add(cells);
    else this.#add(old);
    const actor = old === null ? null : sessionActor(patternOf(old));
    if (actor !== null) this.#actors.add(actorKey(cells.tenant as string, actor));
  }

  #add(cells: PatternCells): void {
    const actor = sessionActor(patternOf(cells));
    const tenant = cells.tenant as string;
    if (actor !== null && this.#actors.has(actorKey(tenant, actor)))
      this.#sessions.add(tenant, actor, cells.event_id as string);
  }

  close(): ReadonlySet<string> {
    return this.#sessions.close();
  }
}
