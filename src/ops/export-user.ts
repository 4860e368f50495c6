import type { D1Database } from "@cloudflare/workers-types";
import type { StoredUser } from "../events/index.ts";
import { getUser, userSubject } from "../features/index.ts";
import { INTERACTIONS, type Lake } from "../lake/index.ts";

/** All that is kept of a user: what your server told, and every event of theirs, of joined devices too. */
export interface UserExport {
  user: StoredUser | null;
  /** Oldest first, as they were received. */
  events: Record<string, unknown>[];
  /** False where there is more than one call reads: the newest are told. */
  complete: boolean;
}

/** Events of one answer over RPC, some 10 MB. */
const EVENTS_MAX = 20_000;
/** What silver adds for itself. */
const OWN: ReadonlySet<string> = new Set(["id_time", "event_weight", "is_automated", "item_known", "is_bot"]);

/** From silver.interactions, in which each event stands once: it has what is older than ten minutes. */
export async function exportUser(
  { core, lake }: { core: D1Database; lake: Pick<Lake, "scan"> },
  tenant: string,
  { userId, eventsMax = EVENTS_MAX }: { userId: string; eventsMax?: number },
): Promise<UserExport> {
  const subject = userSubject(userId);
  const columns = INTERACTIONS.columns.map(({ name }) => name);
  const where = [{ column: "subject", min: subject, max: subject }] as const;
  const events: Record<string, unknown>[] = [];
  for await (const batch of lake.scan(INTERACTIONS, { tenant, where, columns })) {
    for (let row = 0; row < batch.rows; row++) {
      const told = columns
        .filter((name) => !OWN.has(name))
        .map((name) => [name, batch.columns[name][row]] as const)
        .filter(([, value]) => value !== null && value !== undefined);
      events.push(Object.fromEntries(told));
    }
  }
  events.sort((a, b) => Number(a.occurred_at) - Number(b.occurred_at));
  return {
    user: await getUser(core, tenant, userId),
    events: events.slice(-eventsMax),
    complete: events.length <= eventsMax,
  };
}
