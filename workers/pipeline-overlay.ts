import type { D1Database, KVNamespace } from "@cloudflare/workers-types";
import { MINUTE_MS, type ObjectStore, OVERLAY_ITEMS_MAX, SECOND_MS } from "../src/base/index.ts";
import { mergeOverlay, type Overlay, readOverlay, writeOverlay } from "../src/catalogue/index.ts";
import {
  changedItems,
  claimOverlay,
  coverOverlay,
  overlayStates,
  writeWithdrawn,
} from "../src/features/index.ts";
import { readManifest, readPointer } from "../src/registry/index.ts";

export interface OverlayPorts {
  core: D1Database;
  store: ObjectStore;
  kv: Pick<KVNamespace, "get" | "put">;
}

/** Edits of one tenant are gathered this long; the first after a quiet time is written at once. */
export const OVERLAY_INTERVAL_MS = 10 * SECOND_MS;
/** A change carries the time at which its call began; its row reached D1 within this long, or the call had failed. */
const CALL_MS_MAX = 5 * MINUTE_MS;
/** The trainer's clock beside ours. */
const CLOCK_MARGIN_MS = MINUTE_MS;
/** Another writer comes between at most this often before we give up until the next round. */
const ATTEMPTS_MAX = 3;

/**
 * Writes the tenant's overlay, and beside it the withdrawn items for lists that were made before, if it is behind, nobody wrote it just now and it would change; returns how many items it
 * has, null when it was left alone. Rejects when a store does: the overlay then stays behind, and the next round writes it.
 */
export async function flushOverlay(
  ports: OverlayPorts,
  tenant: string,
  { nowMs, force }: { nowMs: number; force: boolean },
): Promise<number | null> {
  const claim = await claimOverlay(ports.core, tenant, { nowMs, intervalMs: OVERLAY_INTERVAL_MS, force });
  if (claim === null) return null;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const model = await liveModel(ports.store, tenant);
    const current = await readOverlay(ports.store, tenant);
    // Another model than last time, perhaps an older one: what was left out as known to the last may be needed again.
    const kept = claim.modelVersion === model.version ? (current?.overlay ?? null) : null;
    const next = await nextOverlay(ports.core, tenant, { kept, coveredMs: model.coveredMs, nowMs });
    const written =
      sameItems(current?.overlay, next) ||
      (await writeOverlay(ports.store, tenant, next, current?.etag ?? null)) !== null;
    if (!written) continue;
    await writeWithdrawn(ports, tenant, nowMs);
    await coverOverlay(ports.core, tenant, { changes: claim.changes, modelVersion: model.version });
    return Object.keys(next.items).length;
  }
  throw new Error(`overlay of ${tenant} is being written by others all the time`);
}

/** What was kept less what the model has seen, with the changes since laid over it. */
async function nextOverlay(
  core: D1Database,
  tenant: string,
  { kept, coveredMs, nowMs }: { kept: Overlay | null; coveredMs: number; nowMs: number },
): Promise<Overlay> {
  const sinceMs = Math.max(coveredMs, (kept?.writtenAtMs ?? 0) - CALL_MS_MAX);
  const changes = await changedItems(core, tenant, { sinceMs, limit: OVERLAY_ITEMS_MAX });
  const entries = Object.entries(kept?.items ?? {}).filter(([, item]) => (item.updated_at ?? 0) >= coveredMs);
  const uncovered: Overlay = { v: 1, writtenAtMs: nowMs, items: Object.fromEntries(entries) };
  return mergeOverlay(uncovered, changes, { nowMs });
}

/** A run reads the items after it was asked for: what changed before is in its catalogue. */
async function liveModel(
  store: ObjectStore,
  tenant: string,
): Promise<{ version: string | null; coveredMs: number }> {
  const version = (await readPointer(store, tenant))?.pointer.version ?? null;
  const manifest = version === null ? null : await readManifest(store, tenant, version);
  return { version, coveredMs: manifest === null ? 0 : manifest.createdAtMs - CLOCK_MARGIN_MS };
}

function sameItems(current: Overlay | undefined, next: Overlay): boolean {
  return current !== undefined && JSON.stringify(current.items) === JSON.stringify(next.items);
}

/** Tenants whose overlay is behind, or was made beside another model than the live one; a failure stops no other. */
export async function flushOverlays(ports: OverlayPorts, nowMs: number): Promise<{ faults: string[] }> {
  const faults: string[] = [];
  for (const { tenant, behind, modelVersion } of await overlayStates(ports.core)) {
    try {
      const live = (await readPointer(ports.store, tenant))?.pointer.version ?? null;
      const moved = live !== modelVersion;
      if (behind || moved) await flushOverlay(ports, tenant, { nowMs, force: moved });
    } catch (cause) {
      faults.push(`${tenant}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  return { faults };
}
