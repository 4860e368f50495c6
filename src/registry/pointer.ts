import { err, type ObjectStore, ok, type PutCondition, type Result } from "../base/index.ts";
import { parseJson, readArtifactFile, readManifest } from "./artifact.ts";
import { courseOf, isOfOneRecipe, withPrevious } from "./course.ts";
import { pointerKey } from "./keys.ts";
import { type Pointer, pointerSchema } from "./manifest.ts";

export type PointerError =
  /** No such version is published. */
  | { code: "unknown_version"; message: string }
  /** A file of the version is missing or differs from its hash. */
  | { code: "broken_version"; message: string }
  /** A roll-back, or a promotion by hand, pinned the pointer: unpin it, or promote by hand. */
  | { code: "pinned"; message: string }
  /** Somebody else moved the pointer meanwhile. Look again before you repeat. */
  | { code: "conflict"; message: string }
  | { code: "no_previous"; message: string }
  | { code: "no_pointer"; message: string };

/** Null when the tenant has no live model. Throws when the pointer cannot be understood: never guess which model is live. */
export async function readPointer(
  store: ObjectStore,
  tenant: string,
): Promise<{ pointer: Pointer; etag: string } | null> {
  const object = await store.get(pointerKey(tenant));
  if (object === null) return null;
  return { pointer: pointerSchema.parse(parseJson(object.bytes)), etag: object.etag };
}

/**
 * Makes a version live, if all its files are there as published. Promoting what is live already moves nothing.
 * `byHand` moves a pinned pointer too, and pins it, so that the next retrain does not undo it. `isSuperior` says that the
 * version is proven better than the live one: that ends a pin which the guardrails set, unless it is of the very recipe that they
 * took back, and never one set by hand. `expected` is the version that it may replace, null for none: where another is live,
 * `conflict` says so. Absent, it replaces any.
 */
export async function promote(
  store: ObjectStore,
  tenant: string,
  version: string,
  {
    nowMs,
    byHand = false,
    isSuperior = false,
    expected,
  }: { nowMs: number; byHand?: boolean; isSuperior?: boolean; expected?: string | null },
): Promise<Result<Pointer, PointerError>> {
  const broken = await findBroken(store, tenant, version);
  if (broken !== null) return err(broken);
  const current = await readPointer(store, tenant);
  if (current?.pointer.version === version) {
    return byHand ? pinLive(store, tenant, current) : ok(current.pointer);
  }
  const live = current?.pointer.version ?? null;
  const pin =
    byHand || current === null
      ? null
      : await findPin(store, tenant, current.pointer, { version, isSuperior });
  if (pin !== null) return err({ code: "pinned", message: pin });
  if (expected !== undefined && expected !== live) {
    const message = `it was to replace ${expected ?? "no version"}, and ${live ?? "none"} is live by now`;
    return err({ code: "conflict", message });
  }
  const course = await courseOf(store, tenant, current?.pointer ?? null, { version, nowMs });
  const moved = await swap(store, tenant, current, {
    v: 1,
    version,
    promotedAtMs: nowMs,
    pinned: byHand,
    previous: current === null ? [] : withPrevious(current.pointer, version, course),
    ...course,
  });
  // A sweep may have taken the version's manifest between our look at it and the write; its own second look and this one
  // cannot both come too early.
  if (!moved.ok || (await readManifest(store, tenant, version)) !== null) return moved;
  const written = await readPointer(store, tenant);
  if (current !== null && written?.pointer.version === version) {
    await swap(store, tenant, written, current.pointer);
  }
  return err({ code: "unknown_version", message: `${version} has just been swept away` });
}

/**
 * Makes the version before the live one live again and pins it, so that the next retrain does not undo it. `because` is
 * given by the guardrails: they take back the version that they judged, and no other that went live meanwhile. `ofCourse` goes
 * back to what was live before the course, past the versions that share its recipe and so its fault.
 */
export async function rollback(
  store: ObjectStore,
  tenant: string,
  {
    nowMs,
    because,
    ofCourse = false,
  }: { nowMs: number; because?: { version: string; reason: string }; ofCourse?: boolean },
): Promise<Result<Pointer, PointerError>> {
  const current = await readPointer(store, tenant);
  if (current === null) return err({ code: "no_pointer", message: "the tenant has no live model" });
  if (because !== undefined && because.version !== current.pointer.version) {
    return err({ code: "conflict", message: `${because.version} is not live any more` });
  }
  const { course, previous: earlier } = current.pointer;
  const place = ofCourse && course?.before !== undefined ? earlier.indexOf(course.before.version) : 0;
  // What is rolled back from is left out of `previous`: a second roll-back goes further back, not forth again.
  const [version, ...previous] = earlier.slice(Math.max(0, place));
  if (version === undefined) return err({ code: "no_previous", message: "no earlier version is kept" });
  const broken = await findBroken(store, tenant, version);
  if (broken !== null) return err(broken);
  const takenBack = because === undefined ? {} : { takenBack: { ...because, atMs: nowMs } };
  return swap(store, tenant, current, {
    v: 1,
    version,
    promotedAtMs: nowMs,
    pinned: true,
    previous,
    ...(await courseOf(store, tenant, null, { version, nowMs })),
    ...takenBack,
  });
}

/** Lets retrains move the pointer again. */
export async function unpin(store: ObjectStore, tenant: string): Promise<Result<Pointer, PointerError>> {
  const current = await readPointer(store, tenant);
  if (current === null) return err({ code: "no_pointer", message: "the tenant has no live model" });
  const { takenBack: _ended, ...pointer } = current.pointer;
  return swap(store, tenant, current, { ...pointer, pinned: false });
}

/** A pin that the guardrails set is one set by hand from now on. */
async function pinLive(
  store: ObjectStore,
  tenant: string,
  current: { pointer: Pointer; etag: string },
): Promise<Result<Pointer, PointerError>> {
  const { takenBack, ...pointer } = current.pointer;
  if (pointer.pinned && takenBack === undefined) return ok(pointer);
  return swap(store, tenant, current, { ...pointer, pinned: true });
}

/** Why the pointer stays where it is pinned; null where it is not pinned, or this version ends the pin. */
async function findPin(
  store: ObjectStore,
  tenant: string,
  { version: live, pinned, takenBack }: Pointer,
  { version, isSuperior }: { version: string; isSuperior: boolean },
): Promise<string | null> {
  if (!pinned) return null;
  const message = `the pointer is pinned to ${live}`;
  if (!isSuperior || takenBack === undefined) return message;
  // What visitors have judged, no comparison on their past outweighs.
  const isSame = await isOfOneRecipe(store, tenant, [version, takenBack.version]);
  return isSame
    ? `${message}: ${version} is of the recipe of ${takenBack.version}, which was taken back`
    : null;
}

async function swap(
  store: ObjectStore,
  tenant: string,
  current: { etag: string } | null,
  next: Pointer,
): Promise<Result<Pointer, PointerError>> {
  const condition: PutCondition = current === null ? { ifAbsent: true } : { ifEtag: current.etag };
  const bytes = new TextEncoder().encode(JSON.stringify(next));
  // The one commit point of every move of the pointer: before this write the old version is live, after it the new one.
  // The condition makes the list of previous versions safe: it was computed from exactly the pointer that it replaces.
  const written = await store.put(pointerKey(tenant), bytes, condition);
  if (written === null) return err({ code: "conflict", message: "the pointer was moved by somebody else" });
  return ok(next);
}

/** What is wrong with a version; null when nothing is. One file in memory at a time. */
async function findBroken(store: ObjectStore, tenant: string, version: string): Promise<PointerError | null> {
  const manifest = await readManifest(store, tenant, version);
  if (manifest === null) {
    return { code: "unknown_version", message: `${version} is not a published version` };
  }
  for (const name of Object.keys(manifest.hashes)) {
    const file = await readArtifactFile(store, manifest, name);
    if (!file.ok) return { code: "broken_version", message: file.error };
  }
  return null;
}
