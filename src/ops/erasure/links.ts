import type { KeptLink } from "../../features/index.ts";
import { compareCells, IDENTITY_LINKS, type Lake } from "../../lake/index.ts";
import { rowsOf } from "../rebuild/rows.ts";

export interface FirstLink extends KeptLink {
  receivedAtMs: number;
}

/** The link of each of the tenant's devices that holds: the first by `linked_at`, of two at once the one with the lower event id. */
export async function firstLinks(lake: Lake, tenant: string): Promise<FirstLink[]> {
  const first = new Map<string, FirstLink>();
  const columns = IDENTITY_LINKS.columns.map(({ name }) => name);
  for await (const batch of lake.scan(IDENTITY_LINKS, { columns, tenant })) {
    for (const row of rowsOf(batch)) {
      const link = {
        tenant,
        anonymousId: row.anonymous_id,
        userId: row.user_id,
        linkedAtMs: row.linked_at,
        eventId: row.event_id,
        receivedAtMs: row.received_at,
      };
      const held = first.get(link.anonymousId);
      if (held === undefined || isEarlier(link, held)) first.set(link.anonymousId, link);
    }
  }
  return [...first.values()];
}

function isEarlier(a: FirstLink, b: FirstLink): boolean {
  return (
    a.linkedAtMs < b.linkedAtMs || (a.linkedAtMs === b.linkedAtMs && compareCells(a.eventId, b.eventId) < 0)
  );
}
