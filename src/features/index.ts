/**
 * features: what serving and training need by key, in D1: profiles, item counters over windows, the catalogue and users,
 * and the lists made from them. Declared once in `declarations.ts`; written once per event, whatever is delivered again.
 * Nothing here is the truth: all of it can be rebuilt from the lake.
 */
export { applyEvents } from "./apply-events.ts";
export { FEATURES, type Feature, type ItemCounts } from "./declarations.ts";
export {
  LIST_ITEMS_MAX,
  LIST_KINDS,
  type ListKind,
  listName,
  type MaterialisedList,
  readList,
} from "./list.ts";
export {
  anonymousSubject,
  type Profile,
  type ProfileEntry,
  readProfile,
  userSubject,
} from "./profile.ts";
export { type QuarantinedEvent, recordQuarantine } from "./quarantine.ts";
export {
  keyName,
  readKeyRecord,
  readTenantConfig,
  type TenantConfig,
  tenantName,
} from "./tenant.ts";
