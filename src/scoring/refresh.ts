import { MINUTE_MS, SCORER_MODELS_BYTES_MAX, SCORER_SWAP_BYTES_MAX, SECOND_MS } from "../base/index.ts";
import { mergeOverlay, type Overlay, overlayKey, readOverlay } from "../catalogue/index.ts";
import { readPointer } from "../registry/index.ts";
import { fetchArtifact, startModel } from "./model.ts";
import type { ScoringPorts } from "./ports.ts";
import { evict, type Refresh, type Shelf, type TenantSlot } from "./tenant.ts";
import { tooLarge } from "./trial.ts";
import { layOverlay } from "./view.ts";

/** How often the pointer is looked at. */
const POINTER_POLL_MS = 15 * SECOND_MS;
/**
 * How often the overlay is looked at while a model answers: a part of the 30 s within which an edit must show. One head
 * request to R2 per tenant and isolate, under traffic only: half a million a month, about 0.19 USD.
 */
export const OVERLAY_POLL_MS = 5 * SECOND_MS;
/**
 * `waitUntil` ends after 30 s, and what it was doing then never settles: a refresh older than this is taken for dead, so
 * that a request cut off while it loaded does not leave the tenant cold for ever.
 */
const REFRESH_LEASE_MS = 30 * SECOND_MS;
/** What an answer from other lists takes at the most. */
const COLD_WAIT_MS = 40;
/** A published version never changes, so a broken one is only tried again in case the reading was at fault. */
const BROKEN_RETRY_MS = 5 * MINUTE_MS;

/** Brings a tenant's slot up to date in the background, one refresh at a time per tenant, when a poll is due. */
export function refreshIfDue(
  ports: ScoringPorts,
  shelf: Shelf,
  slot: TenantSlot,
  { nowMs, waitUntil }: { nowMs: number; waitUntil(promise: Promise<unknown>): void },
): void {
  const busy = slot.refresh !== null && nowMs - slot.refresh.startedAtMs < REFRESH_LEASE_MS;
  const pointerIsDue = nowMs - slot.attemptedAtMs >= POINTER_POLL_MS;
  const overlayIsDue = slot.view !== null && nowMs - slot.overlayAttemptedAtMs >= OVERLAY_POLL_MS;
  if (busy || !(pointerIsDue || overlayIsDue)) return;
  slot.overlayAttemptedAtMs = nowMs;
  if (pointerIsDue) slot.attemptedAtMs = nowMs;
  const report = (error: unknown) =>
    ports.onFault({ tenant: slot.tenant, subject: "refresh", message: messageOf(error) });
  const checked = pointerIsDue ? check(ports, slot, nowMs) : checkOverlay(ports, slot);
  const loaded = Promise.withResolvers<void>();
  const refresh: Refresh = {
    startedAtMs: nowMs,
    checked: checked.catch(() => undefined),
    loaded: loaded.promise,
  };
  slot.refresh = refresh;
  const isCurrent = () => slot.refresh === refresh && shelf.holds(slot);
  const done = checked
    .then(() => (pointerIsDue ? load(ports, shelf, slot, { nowMs, isCurrent }) : undefined))
    .catch(report)
    .finally(() => {
      if (slot.refresh === refresh) slot.refresh = null;
      loaded.resolve();
    });
  waitUntil(done);
}

/** Reads the pointer and, if its etag changed, the overlay. I/O and one pass over the catalogue at most. */
async function check(ports: ScoringPorts, slot: TenantSlot, nowMs: number): Promise<void> {
  const { store } = ports;
  const { tenant } = slot;
  const [live, overlayEtag] = await Promise.all([readPointer(store, tenant), store.etag(overlayKey(tenant))]);
  slot.liveVersion = live?.pointer.version ?? null;
  if (slot.liveVersion === null) evict(slot);
  else if (overlayEtag !== slot.overlay.etag) await takeOverlay(ports, slot, overlayEtag);
  slot.checkedAtMs = nowMs;
}

/** The overlay alone, between two looks at the pointer. */
async function checkOverlay(ports: ScoringPorts, slot: TenantSlot): Promise<void> {
  const etag = await ports.store.etag(overlayKey(slot.tenant));
  // Evicted meanwhile: whoever loads the model again reads its overlay too.
  if (slot.view !== null && etag !== slot.overlay.etag) await takeOverlay(ports, slot, etag);
}

/** Lays a changed overlay over the model. While one cannot be read, the one before it stays; the next poll tries again. */
async function takeOverlay(ports: ScoringPorts, slot: TenantSlot, etag: string | null): Promise<void> {
  const { tenant } = slot;
  try {
    const found = etag === null ? null : await readOverlay(ports.store, tenant);
    slot.overlay = { overlay: found?.overlay ?? null, etag: found?.etag ?? null };
  } catch (error) {
    ports.onFault({ tenant, subject: overlayKey(tenant), message: messageOf(error) });
    return;
  }
  const { view } = slot;
  if (view === null) return;
  // The overlay lets go of what the newest model knows. While another one answers here (the new one is being loaded, or
  // cannot be), its changes stay: a hidden item must not come back for that time.
  const overlay = slot.overlay.overlay === null ? null : withLater(view.overlay, slot.overlay.overlay);
  slot.view = layOverlay(view.model, overlay, slot.overlay.etag);
}

/** What the later overlay says of an item counts, whatever the times in it; what it no longer names stays as it was. */
function withLater(earlier: Overlay | null, later: Overlay): Overlay {
  const items = Object.values({ ...earlier?.items, ...later.items });
  return mergeOverlay(null, items, { nowMs: later.writtenAtMs });
}

/** Loads the live version beside the one that answers, then swaps. */
async function load(
  ports: ScoringPorts,
  shelf: Shelf,
  slot: TenantSlot,
  { nowMs, isCurrent }: { nowMs: number; isCurrent(): boolean },
): Promise<void> {
  const { tenant, liveVersion: version } = slot;
  if (version === null || version === undefined || version === slot.view?.model.manifest.version) return;
  if (slot.broken?.version === version && nowMs - slot.broken.atMs < BROKEN_RETRY_MS) return;
  const refuse = (message: string) => {
    slot.broken = { version, atMs: nowMs };
    ports.onFault({ tenant, subject: version, message });
  };

  // Whoever has just been told that there is no model is answered before the thread has its hands full.
  if (slot.view === null) await ports.sleep(COLD_WAIT_MS);
  // Kept aside: another tenant's load may evict this one meanwhile, and its overlay with it.
  const { overlay } = slot;
  // The next version is about as large as this one. Where both do not fit, visitors get the ladder's lists for the second or two of loading.
  if (2 * (slot.view?.bytes ?? 0) > (ports.swapBytesMax ?? SCORER_SWAP_BYTES_MAX)) evict(slot);
  const artifact = await fetchArtifact(ports, tenant, version);
  if (!artifact.ok) return refuse(artifact.error);
  const bytesMax = ports.modelsBytesMax ?? SCORER_MODELS_BYTES_MAX;
  const { bytes } = artifact.value;
  const large = tooLarge(bytes, ports);
  if (large !== null) return refuse(large);
  shelf.makeRoom(bytes, { of: slot, bytesMax });
  const model = await startModel(ports, artifact.value);
  if (!model.ok) return refuse(model.error);
  const { rankerProblem, items } = model.value;
  if (rankerProblem !== null)
    ports.onFault({ tenant, subject: `${version}: ranker`, message: rankerProblem });
  for (const message of items.problems) ports.onFault({ tenant, subject: `${version}: side file`, message });
  // A refresh that outlived its lease must not put an old version over a newer one.
  if (!isCurrent()) return model.value.retire();

  const previous = slot.view;
  slot.overlay = overlay;
  // The swap: requests before this line are answered whole by the old model, those after it by the new one.
  slot.view = layOverlay(model.value, overlay.overlay, overlay.etag);
  previous?.model.retire();
  // Once more, for what other tenants loaded at the same time.
  shelf.makeRoom(slot.view.bytes, { of: slot, bytesMax });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
