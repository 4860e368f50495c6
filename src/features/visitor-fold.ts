import type { D1Database, D1PreparedStatement } from "@cloudflare/workers-types";
import type { StoredEvent } from "../events/index.ts";
import { anonymousSubject, userSubject } from "./profile.ts";
import { isOfPerson } from "./profile-lines.ts";
import { READ_LINKED, READ_VISITORS, type VisitorRow, WRITE_VISITORS } from "./visitor-row.ts";
import { type ActorDeletions, Visitors } from "./visitors.ts";

interface Asked {
  tenant: string;
  subject: string;
  /** Of a device. */
  anonymousId: string | null;
}

/** Visitors of one document: with three ids of 200 characters each it stays below D1's limit of a text. */
const ASKED_PER_DOCUMENT = 500;

/** Reads the rows of all visitors that some events concern. */
export class VisitorFold {
  readonly #asked = new Map<string, Asked>();
  readonly #chunks: Asked[][];

  /** `events`: all that may have to be folded in; `users`: others whose rows are wanted. */
  constructor(events: readonly StoredEvent[], users: readonly { tenant: string; userId: string }[] = []) {
    for (const { tenant, userId } of users) this.#ask(tenant, userSubject(userId), null);
    for (const { tenant, user_id: userId, anonymous_id: anonymousId } of events.filter(isOfPerson)) {
      if (userId !== undefined) this.#ask(tenant, userSubject(userId), null);
      if (anonymousId !== undefined) this.#ask(tenant, anonymousSubject(anonymousId), anonymousId);
    }
    const asked = [...this.#asked.values()];
    this.#chunks = Array.from({ length: Math.ceil(asked.length / ASKED_PER_DOCUMENT) }, (_, index) =>
      asked.slice(index * ASKED_PER_DOCUMENT, (index + 1) * ASKED_PER_DOCUMENT),
    );
  }

  #ask(tenant: string, subject: string, anonymousId: string | null): void {
    this.#asked.set(`${tenant}/${subject}`, { tenant, subject, anonymousId });
  }

  /** Two statements a chunk. */
  read(database: D1Database): D1PreparedStatement[] {
    return this.#chunks.flatMap((chunk) => {
      const document = JSON.stringify(
        chunk.map(({ tenant, subject, anonymousId }) => [tenant, subject, anonymousId]),
      );
      return [READ_VISITORS, READ_LINKED].map((sql) => database.prepare(sql).bind(document));
    });
  }

  /** The rows as they are; `answers`: to the statements of `read`. */
  begin(
    answers: readonly (readonly unknown[])[],
    { deletedAtMs, nowMs }: { deletedAtMs: ActorDeletions; nowMs: number },
  ): Visitors {
    const work = new Visitors(deletedAtMs, nowMs);
    for (const [index, chunk] of this.#chunks.entries()) {
      for (const row of (answers[2 * index] ?? []) as (NullableRow & {
        n: number;
        linked: string | null;
      })[]) {
        const { tenant, subject, anonymousId } = chunk[row.n] as Asked;
        if (row.version !== null) work.put(tenant, subject, row as VisitorRow);
        if (row.linked !== null && anonymousId !== null) work.link(tenant, anonymousId, row.linked);
      }
    }
    for (const [index, chunk] of this.#chunks.entries()) {
      for (const row of (answers[2 * index + 1] ?? []) as (VisitorRow & { n: number })[]) {
        const { tenant, anonymousId } = chunk[row.n] as Asked;
        const user = anonymousId === null ? undefined : work.userOf(tenant, anonymousId);
        if (user !== undefined) work.putLinked(tenant, userSubject(user), row);
      }
    }
    return work;
  }
}

type NullableRow = { [Column in keyof VisitorRow]: VisitorRow[Column] | null };

export function writeVisitors(database: D1Database, documents: readonly string[]): D1PreparedStatement[] {
  return documents.map((document) => database.prepare(WRITE_VISITORS).bind(document));
}
