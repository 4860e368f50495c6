import type {
  Item,
  ItemPatch,
  KeyKind,
  KeyRecord,
  Segment,
  StoredItem,
  StoredUser,
  User,
  UserPatch,
} from "../events/index.ts";
import type { ListCounts, Page, PageRequest, ServedCounts, TenantConfig } from "../features/index.ts";
import type { Activity } from "./activity.ts";
import type { AuditEntry } from "./audit.ts";
import type { Actor } from "./config-changes.ts";
import type { CostReport } from "./costs/report.ts";
import type { DataAdmin } from "./data/admin.ts";
import type { Diagnosis } from "./doctor/diagnose.ts";
import type { ExploreAdmin } from "./explore.ts";
import type { UserExport } from "./export-user.ts";
import type { ImportStart } from "./imports.ts";
import type { LakeAdmin } from "./lake-admin.ts";
import type { Outcome } from "./outcome.ts";
import type { RebuildProgress } from "./rebuild/step.ts";
import type { ScenarioAdmin } from "./scenarios/admin.ts";
import type { ServingReport } from "./serving-report.ts";
import type { FeatureQuestion, VisitorFeatures } from "./visitor-features.ts";

export interface TenantOptions {
  /** Origins that the first publishable key is bound to; empty means any. */
  origins: string[];
  customEventTypes?: string[];
  requireUserToken?: boolean;
}

/** Others change the same item, user or setting all the time: nothing is lost, and the call is to be repeated a moment later. */
export interface Contended {
  error: "contended";
}

/** What a tenant may change of itself; absent: as it was. */
export interface TenantChange {
  customEventTypes?: string[];
  requireUserToken?: boolean;
  /** Replaces the segments declared before. */
  segments?: Segment[];
}

export interface TenantStats {
  /** Distinct event ids that D1's ledger holds now. */
  featureEvents: number;
  /** Distinct event ids in quarantine. */
  quarantined: number;
  items: number;
  users: number;
}

export interface Refreshed {
  /** Items of each list as it stands now. */
  lists: ListCounts;
  overlayItems: number;
}

/**
 * The RPC of the pipeline Worker's `Admin`: every call that writes D1, KV or the lake on a customer's behalf. Bodies are
 * validated by the caller; the tenant's pattern is asserted here again. A call that returned is kept: the lake has it.
 */
export interface PipelineAdmin extends LakeAdmin, DataAdmin, ScenarioAdmin, ExploreAdmin {
  /** `upserted` counts distinct ids. */
  upsertItems(tenant: string, items: Item[]): Promise<{ upserted: number } | Contended>;
  getItem(tenant: string, itemId: string): Promise<StoredItem | null>;
  /** Null when there is no such item. */
  patchItem(tenant: string, itemId: string, patch: ItemPatch): Promise<StoredItem | null | Contended>;
  /** False when there is no such item. */
  deleteItem(tenant: string, itemId: string): Promise<boolean | Contended>;
  listItems(tenant: string, page: PageRequest): Promise<Page<StoredItem>>;

  /** `upserted` counts distinct ids. */
  upsertUsers(tenant: string, users: User[]): Promise<{ upserted: number } | Contended>;
  getUser(tenant: string, userId: string): Promise<StoredUser | null>;
  patchUser(tenant: string, userId: string, patch: UserPatch): Promise<StoredUser | null | Contended>;
  deleteUser(tenant: string, userId: string): Promise<boolean | Contended>;
  listUsers(tenant: string, page: PageRequest): Promise<Page<StoredUser>>;

  createTenant(
    tenant: string,
    options: TenantOptions,
    actor: Actor,
  ): Promise<{ publishableKey: string; secretKey: string } | { error: "exists" }>;
  /** Null when there is no such tenant. */
  getTenant(tenant: string): Promise<TenantConfig | null>;
  /** The configuration after the change; null when there is no such tenant. Effective at the edge within 90 s. */
  patchTenant(tenant: string, change: TenantChange, actor: Actor): Promise<TenantConfig | null | Contended>;
  /** The key itself is told this once; afterwards only its hash is known. */
  createKey(
    tenant: string,
    kind: KeyKind,
    origins: string[],
    actor: Actor,
  ): Promise<{ key: string; record: KeyRecord }>;
  listKeys(tenant: string): Promise<KeyRecord[]>;
  /** False when the tenant has no such key. Effective at the edge within 60 s. */
  revokeKey(tenant: string, hash: string, actor: Actor): Promise<boolean>;

  /** Does now what the crons do on schedule: drains spilled messages, then writes the lists and the overlay. */
  refresh(tenant: string): Promise<Refreshed>;
  stats(tenant: string): Promise<TenantStats>;
  activity(tenant: string): Promise<Activity>;
  /** From an isolate of the edge, of all tenants that it answered. */
  countServed(told: { tenant: string; counts: ServedCounts }[]): Promise<void>;
  serving(tenant: string): Promise<ServingReport>;
  /** Of so many whole days, and today. */
  costs(tenant: string, days: number): Promise<CostReport>;
  outcome(tenant: string, fromMs: number): Promise<Outcome>;
  audit(tenant: string, limit: number): Promise<AuditEntry[]>;
  exportUser(tenant: string, userId: string): Promise<UserExport>;
  /** What stands out in the tenant's data; some seconds of reading. */
  doctor(tenant: string): Promise<Diagnosis>;
  /** The time that the ids of a file's events carry; `fingerprint` is the hash of the file. */
  beginImport(tenant: string, fingerprint: string): Promise<ImportStart>;
  /** What serving may know of a visitor and of items now, by key. */
  readFeatures(tenant: string, question: FeatureQuestion): Promise<VisitorFeatures>;

  /** One step of making D1 and KV again from the lake; null begins. An error when the cursor is none of ours. */
  rebuild(cursor: string | null): Promise<RebuildProgress | { error: "cursor" }>;
}
