import type { Overlay } from "../catalogue/index.ts";
import { BESIDE_IDLE_MS, BesidePlace } from "./beside-place.ts";
import type { ModelView } from "./view.ts";

/** What the scorer knows of one tenant. All of it can be read again from R2. */
export interface TenantSlot {
  tenant: string;
  /** What answers; null while nothing is loaded. */
  view: ModelView | null;
  /** The pointer's version; null: the tenant has no live model; undefined: not read yet. */
  liveVersion: string | null | undefined;
  overlay: { overlay: Overlay | null; etag: string | null };
  /** When pointer and overlay were last read with success. */
  checkedAtMs: number;
  /** When that was last tried. */
  attemptedAtMs: number;
  /** When the overlay was last looked at, with the pointer or alone. */
  overlayAttemptedAtMs: number;
  refresh: Refresh | null;
  /** The version that could not be served. */
  broken: { version: string; atMs: number } | null;
}

/** A refresh under way. */
export interface Refresh {
  startedAtMs: number;
  /** Settles when pointer and overlay have been read, before any model is loaded. Never rejects. */
  checked: Promise<void>;
  /** Settles when the model that was due is there, or cannot be. Never rejects. */
  loaded: Promise<void>;
}

/** Tenants remembered, most of them without a model in memory: about 1 KB each. */
const TENANTS_MAX = 1_000;

/** The tenants in the order of their last request, and the bytes that their models hold. */
export class Shelf {
  /** What is not live: it stands in nobody's way. */
  readonly beside = new BesidePlace();
  readonly #slots = new Map<string, TenantSlot>();

  /** The tenant's slot, now the most recently used. */
  touch(tenant: string): TenantSlot {
    const slot = this.#slots.get(tenant) ?? emptySlot(tenant);
    this.#slots.delete(tenant);
    this.#slots.set(tenant, slot);
    if (this.#slots.size > TENANTS_MAX) this.#forgetOneBeside(slot);
    return slot;
  }

  /** False for a slot that was forgotten while something was loaded for it. */
  holds(slot: TenantSlot): boolean {
    return this.#slots.get(slot.tenant) === slot;
  }

  /** Evicts models, least recently used first, until `bytes` more fit beside those of other tenants. */
  makeRoom(bytes: number, { of, bytesMax }: { of: TenantSlot; bytesMax: number }): void {
    const others = [...this.#slots.values()].filter((slot) => slot !== of && slot.view !== null);
    let held = others.reduce((sum, slot) => sum + (slot.view?.bytes ?? 0), 0);
    if (held + bytes + this.beside.bytes > bytesMax) this.beside.retire();
    for (const slot of others) {
      if (held + bytes <= bytesMax) return;
      held -= slot.view?.bytes ?? 0;
      evict(slot);
    }
  }

  /** Whether `bytes` that are not live fit. Models of tenants for whom nobody has asked for minutes are evicted, no others. */
  makeRoomBeside(
    bytes: number,
    { of, bytesMax, nowMs }: { of: TenantSlot; bytesMax: number; nowMs: number },
  ): boolean {
    const slots = [...this.#slots.values()];
    let held = slots.reduce((sum, slot) => sum + (slot.view?.bytes ?? 0), 0);
    for (const slot of slots) {
      if (held + bytes <= bytesMax) break;
      // Under requests the pointer is looked at every few seconds.
      if (slot === of || slot.view === null || nowMs - slot.attemptedAtMs < BESIDE_IDLE_MS) continue;
      held -= slot.view.bytes;
      evict(slot);
    }
    return held + bytes <= bytesMax;
  }

  /**
   * First of those that have no live model as far as is known, then of those whose model is not here, it may be loading: a tenant may be asked
   * for before its key has proved good, and names cost nothing to invent.
   */
  #forgetOneBeside(touched: TenantSlot): void {
    let forgotten: TenantSlot | undefined;
    for (const slot of this.#slots.values()) {
      if (slot === touched) continue;
      if (forgotten === undefined || standing(slot) < standing(forgotten)) forgotten = slot;
      if (standing(forgotten) === 0) break;
    }
    if (forgotten === undefined) return;
    this.#slots.delete(forgotten.tenant);
    evict(forgotten);
  }
}

/** 2 with a model in memory, 1 with a live one that is not, 0 otherwise. */
function standing({ view, liveVersion }: TenantSlot): number {
  if (view !== null) return 2;
  return typeof liveVersion === "string" ? 1 : 0;
}

/** Frees what a tenant holds. It is loaded again by the first request after the next poll is due. */
export function evict(slot: TenantSlot): void {
  slot.view?.model.retire();
  slot.view = null;
  slot.overlay = { overlay: null, etag: null };
}

function emptySlot(tenant: string): TenantSlot {
  return {
    tenant,
    view: null,
    liveVersion: undefined,
    overlay: { overlay: null, etag: null },
    checkedAtMs: Number.NEGATIVE_INFINITY,
    attemptedAtMs: Number.NEGATIVE_INFINITY,
    overlayAttemptedAtMs: Number.NEGATIVE_INFINITY,
    refresh: null,
    broken: null,
  };
}
