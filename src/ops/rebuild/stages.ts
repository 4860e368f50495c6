import {
  EVENT_COLUMNS,
  type KeyRecord,
  type StoredEvent,
  type StoredItem,
  type StoredUser,
} from "../../events/index.ts";
import {
  applyLate,
  type Restored,
  restoreDeletions,
  restoreItems,
  restoreKeys,
  restoreQuarantine,
  restoreScenarios,
  restoreTenants,
  restoreUsers,
  type ScenarioVersion,
  type TenantConfig,
} from "../../features/index.ts";
import {
  type AnyTable,
  CONFIG_CHANGES,
  type ConfigChange,
  INTERACTIONS,
  type Interaction,
  ITEM_CHANGES,
  type ItemChange,
  QUARANTINE,
  type QuarantinedRow,
  USER_CHANGES,
  type UserChange,
} from "../../lake/index.ts";
import type { RebuildPorts } from "./ports.ts";
import { stillSetAside } from "./set-aside.ts";

/** One table of the lake and what of D1 is made from its rows; rows may come in any order, and again after a crash. */
export interface Stage {
  name: string;
  table: AnyTable;
  restore(rows: readonly object[], ports: RebuildPorts): Promise<void>;
}

function stage<Row extends object>(
  name: string,
  table: AnyTable,
  restore: (rows: readonly Row[], ports: RebuildPorts) => Promise<void>,
): Stage {
  return { name, table, restore: restore as Stage["restore"] };
}

export const STAGES: readonly Stage[] = [
  stage<ConfigChange>("configuration", CONFIG_CHANGES, async (rows, { core }) => {
    await restoreTenants(core, bodiesOf<TenantConfig>(rows, "tenant"));
    await restoreKeys(core, bodiesOf<KeyRecord>(rows, "key"));
    await restoreScenarios(core, bodiesOf<ScenarioVersion & { tenant: string }>(rows, "scenario"));
  }),
  stage<ItemChange>("items", ITEM_CHANGES, (rows, { core }) => restoreItems(core, rows.map(itemState))),
  stage<UserChange>("users", USER_CHANGES, async (rows, { core, profiles }) => {
    await restoreUsers(core, rows.map(userState));
    // Before the events are: what was received by then stays away.
    const deletions = rows.filter((row) => row.deleted);
    await restoreDeletions(
      profiles,
      deletions.map(({ tenant, user_id: userId, changed_at: deletedAtMs }) => ({
        tenant,
        userId,
        deletedAtMs,
      })),
    );
  }),
  // Silver has each event once, and the ledger makes a repeated file count once: the very code that counted them at first
  // counts them again, in the order in which they were received.
  stage<Interaction>("events", INTERACTIONS, (rows, { core, profiles, nowMs }) =>
    applyLate({ core, profiles: [profiles] }, rows.map(storedEvent).sort(byReceipt), nowMs),
  ),
  stage<QuarantinedRow>("quarantine", QUARANTINE, async (rows, { core, lake }) =>
    restoreQuarantine(core, await stillSetAside(lake, rows)),
  ),
];

function bodiesOf<Body>(rows: readonly ConfigChange[], kind: string): Body[] {
  return rows.flatMap((row) => (row.kind === kind ? [row.body as Body] : []));
}

function itemState({ tenant, changed_at, deleted, ...item }: ItemChange): Restored<StoredItem> {
  const state = { ...item, updated_at: changed_at, ...(deleted ? { deleted } : {}) };
  return { tenant, state: state as StoredItem };
}

function userState({ tenant, changed_at, deleted, ...user }: UserChange): Restored<StoredUser> {
  return { tenant, state: { ...user, updated_at: changed_at, ...(deleted ? { deleted } : {}) } };
}

/** Without what silver has added. */
export function storedEvent(row: Interaction): StoredEvent {
  const event: Record<string, unknown> = {};
  for (const { name } of EVENT_COLUMNS) {
    const cell = row[name];
    if (cell !== undefined) event[name] = cell;
  }
  return event as unknown as StoredEvent;
}

function byReceipt(a: StoredEvent, b: StoredEvent): number {
  return a.received_at - b.received_at || (a.event_id < b.event_id ? -1 : 1);
}
