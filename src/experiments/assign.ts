import { fnv1a32 } from "../base/index.ts";

/** `control`: there is no experiment, or nobody to be assigned. Of one: `personal` lists, or the `popular` list that they are held against. */
export type Variant = "control" | "personal" | "popular";

/** Who somebody is, as requests, events and the lake name it. */
export interface UnitIds {
  user_id?: string | null | undefined;
  anonymous_id?: string | null | undefined;
  session_id?: string | null | undefined;
}

/**
 * What is assigned, and so what is counted: the user, else the device, else the session; null for nobody. Somebody who signs in is another unit from then
 * on, with a variant of its own.
 */
export function unitOf({ user_id, anonymous_id, session_id }: UnitIds): string | null {
  if (user_id !== undefined && user_id !== null) return `u:${user_id}`;
  if (anonymous_id !== undefined && anonymous_id !== null) return `a:${anonymous_id}`;
  return session_id === undefined || session_id === null ? null : `s:${session_id}`;
}

/**
 * The unit's variant in the tenant's experiment: `popular` for a `share` (0 … 1) of all units, the same one every time. Experiments are independent of each
 * other, and tenants are; of two shares the larger holds all units of the smaller.
 */
export function assignVariant(
  unit: string,
  { tenant, experiment, share }: { tenant: string; experiment: string; share: number },
): Exclude<Variant, "control"> {
  return mixed(fnv1a32(`${tenant}/${experiment}/${unit}`)) < share * 2 ** 32 ? "popular" : "personal";
}

/** MurmurHash3's last step (Appleby), unsigned: FNV-1a alone leaves ids that differ in their last letters near to each other. */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
