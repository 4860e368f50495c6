import { type Lake, QUARANTINE, type QuarantinedRow, type Selection } from "../../lake/index.ts";
import { rowsOf } from "../rebuild/rows.ts";
import type { ErasedUser } from "./plan.ts";

const COLUMNS = ["tenant", "event_id", "body", "quarantined_at"] as const;

export interface QuarantinedOfUsers {
  selections: Selection[];
  eventIds: { tenant: string; eventId: string }[];
}

/** Rows of quarantine whose text is of one of the users: by event where it has an id, else by its very text. */
export async function quarantinedOf(lake: Lake, users: readonly ErasedUser[]): Promise<QuarantinedOfUsers> {
  const selections: Selection[] = [];
  const eventIds: QuarantinedOfUsers["eventIds"] = [];
  for (const [tenant, ofTenant] of Map.groupBy(users, (user) => user.tenant)) {
    const isTheirs = matcher(ofTenant);
    const ids = new Set<string>();
    const bodies = new Set<string>();
    for await (const batch of lake.scan(QUARANTINE, { columns: COLUMNS, tenant })) {
      for (const row of rowsOf(batch as never) as QuarantinedRow[]) {
        if (!isTheirs(row)) continue;
        if (row.event_id === undefined) bodies.add(row.body);
        else ids.add(row.event_id);
      }
    }
    selections.push({ tenant, column: "event_id", values: [...ids] });
    selections.push({ tenant, column: "body", values: [...bodies] });
    for (const eventId of ids) eventIds.push({ tenant, eventId });
  }
  return { selections, eventIds };
}

function matcher(users: readonly ErasedUser[]): (row: QuarantinedRow) => boolean {
  const byUser = new Map(users.map(({ userId, deletedAtMs }) => [userId, deletedAtMs]));
  const byDevice = new Map(
    users.flatMap(({ devices, deletedAtMs }) => devices.map((device) => [device, deletedAtMs] as const)),
  );
  return ({ body, quarantined_at }) => {
    const user = textOf(body, "user_id");
    const device = textOf(body, "anonymous_id");
    const deletedAtMs = user !== null ? byUser.get(user) : device === null ? undefined : byDevice.get(device);
    if (deletedAtMs === undefined) return false;
    const receivedAt = /"received_at"\s*:\s*(\d+)/.exec(body)?.[1];
    return (receivedAt === undefined ? quarantined_at : Number(receivedAt)) <= deletedAtMs;
  };
}

/** A field of an event's JSON, which may be cut off or broken: that is why some of it is here. */
function textOf(body: string, field: string): string | null {
  const found = new RegExp(`"${field}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`).exec(body)?.[1];
  if (found === undefined) return null;
  try {
    return JSON.parse(found) as string;
  } catch {
    return null;
  }
}
