import { type KeptLink, type UnnamedEvent, unlinkUsers } from "../../features/index.ts";
import { INTERACTIONS, type Interaction, type Lake } from "../../lake/index.ts";
import { rowsOf } from "../rebuild/rows.ts";
import { storedEvent } from "../rebuild/stages.ts";
import { firstLinks } from "./links.ts";
import type { ErasedUser } from "./plan.ts";
import type { ErasePorts } from "./ports.ts";

/** D1's half: once the lake has no link from before the deletion any more, D1 has none either, as if it were rebuilt. */
export async function unlink(
  { lake, core, profiles }: ErasePorts,
  users: readonly ErasedUser[],
): Promise<void> {
  const stores = { core, profiles: [profiles] };
  for (const [tenant, ofTenant] of Map.groupBy(users, (user) => user.tenant)) {
    const devices = new Map(
      ofTenant.flatMap((user) => user.devices.map((device) => [device, user] as const)),
    );
    const kept: KeptLink[] = await firstLinks(lake, tenant);
    await unlinkUsers(stores, ofTenant, {
      links: kept.filter(({ anonymousId }) => devices.has(anonymousId)),
      unnamed: await unnamedEvents(lake, tenant, devices),
    });
  }
}

/** What the devices have done since the deletion without naming anybody. */
async function unnamedEvents(
  lake: Lake,
  tenant: string,
  devices: ReadonlyMap<string, ErasedUser>,
): Promise<UnnamedEvent[]> {
  if (devices.size === 0) return [];
  const sinceMs = [...devices.values()].reduce(
    (least, { deletedAtMs }) => Math.min(least, deletedAtMs + 1),
    Number.MAX_SAFE_INTEGER,
  );
  const columns = INTERACTIONS.columns.map(({ name }) => name);
  const where = [{ column: "received_at", min: sinceMs }] as const;
  const found: UnnamedEvent[] = [];
  for await (const batch of lake.scan(INTERACTIONS, { columns, tenant, where })) {
    for (const row of rowsOf(batch) as Interaction[]) {
      if (row.user_id !== undefined || row.anonymous_id === undefined) continue;
      const user = devices.get(row.anonymous_id);
      if (user === undefined || row.received_at <= user.deletedAtMs) continue;
      found.push({ event: storedEvent(row), userId: user.userId });
    }
  }
  return found;
}
