import { assert } from "../src/base/index.ts";
import {
  type Item,
  type ItemPatch,
  type KeyKind,
  TENANT_PATTERN,
  type User,
  type UserPatch,
} from "../src/events/index.ts";
import {
  getItem,
  getUser,
  listItems,
  listUsers,
  type PageRequest,
  readStoredTenant,
  refreshLists,
} from "../src/features/index.ts";
import { openLake } from "../src/lake/index.ts";
import {
  type ChangePorts,
  type ConfigPorts,
  changeItem,
  changeItems,
  changeTenant,
  changeUser,
  changeUsers,
  createKey,
  createTenant,
  type FeatureQuestion,
  listKeys,
  type PipelineAdmin,
  readStats,
  removeItem,
  removeUser,
  revokeKey,
  type TenantChange,
  type TenantOptions,
  visitorFeatures,
} from "../src/ops/index.ts";
import { drainSpilled } from "./pipeline-crons.ts";
import { InsightEntrypoint } from "./pipeline-insight.ts";
import { JOBS } from "./pipeline-jobs.ts";
import { flushOverlay, OVERLAY_INTERVAL_MS, type OverlayPorts } from "./pipeline-overlay.ts";
import { objectStore, wait } from "./pipeline-ports.ts";
import { rebuild } from "./pipeline-rebuild.ts";

/** RPC for the edge's admin routes: all that writes D1, KV or the lake on a customer's call. */
export class Admin extends InsightEntrypoint implements PipelineAdmin {
  async upsertItems(tenant: string, items: Item[]) {
    const outcome = await changeItems(this.#changes(tenant), tenant, { items, nowMs: Date.now() });
    this.#itemsChanged(tenant);
    return outcome;
  }

  async getItem(tenant: string, itemId: string) {
    return getItem(this.#core(tenant), tenant, itemId);
  }

  async patchItem(tenant: string, itemId: string, patch: ItemPatch) {
    const item = await changeItem(this.#changes(tenant), tenant, { itemId, patch, nowMs: Date.now() });
    if (item !== null && !("error" in item)) this.#itemsChanged(tenant);
    return item;
  }

  async deleteItem(tenant: string, itemId: string) {
    const removed = await removeItem(this.#changes(tenant), tenant, { itemId, nowMs: Date.now() });
    if (removed === true) this.#itemsChanged(tenant);
    return removed;
  }

  async listItems(tenant: string, page: PageRequest) {
    return listItems(this.#core(tenant), tenant, page);
  }

  async upsertUsers(tenant: string, users: User[]) {
    return changeUsers(this.#changes(tenant), tenant, { users, nowMs: Date.now() });
  }

  async getUser(tenant: string, userId: string) {
    return getUser(this.#core(tenant), tenant, userId);
  }

  async patchUser(tenant: string, userId: string, patch: UserPatch) {
    return changeUser(this.#changes(tenant), tenant, { userId, patch, nowMs: Date.now() });
  }

  async deleteUser(tenant: string, userId: string) {
    const ports = { ...this.#changes(tenant), profiles: [this.env.PROFILES_0] };
    return removeUser(ports, tenant, { userId, nowMs: Date.now() });
  }

  async listUsers(tenant: string, page: PageRequest) {
    return listUsers(this.#core(tenant), tenant, page);
  }

  async createTenant(tenant: string, options: TenantOptions, actor: string) {
    const random = secretBytes(48);
    return createTenant(this.#config(tenant), tenant, { options, random, nowMs: Date.now(), actor });
  }

  async getTenant(tenant: string) {
    return readStoredTenant(this.#core(tenant), tenant);
  }

  async patchTenant(tenant: string, change: TenantChange, actor: string) {
    return changeTenant(this.#config(tenant), tenant, { change, nowMs: Date.now(), actor });
  }

  async createKey(tenant: string, kind: KeyKind, origins: string[], actor: string) {
    const wanted = { kind, origins, random: secretBytes(24), nowMs: Date.now(), actor };
    return createKey(this.#config(tenant), tenant, wanted);
  }

  async listKeys(tenant: string) {
    return listKeys(this.#core(tenant), tenant);
  }

  async revokeKey(tenant: string, hash: string, actor: string) {
    return revokeKey(this.#config(tenant), tenant, { hash, nowMs: Date.now(), actor });
  }

  async refresh(tenant: string) {
    const core = this.#core(tenant);
    await drainSpilled(this.env, Date.now());
    const nowMs = Date.now();
    await JOBS.commit(this.env, nowMs);
    const store = objectStore(this.env);
    const ports = { core, profiles: this.env.PROFILES_0, kv: this.env.KV, store };
    const lists = await refreshLists(ports, tenant, { nowMs, force: true });
    const overlayItems = await flushOverlay(this.#overlay(), tenant, { nowMs, force: true });
    return { lists, overlayItems: overlayItems ?? 0 };
  }

  async stats(tenant: string) {
    return readStats({ core: this.#core(tenant), profiles: this.env.PROFILES_0 }, tenant);
  }

  async readFeatures(tenant: string, question: FeatureQuestion) {
    const stores = { core: this.#core(tenant), profiles: [this.env.PROFILES_0] };
    return visitorFeatures(stores, tenant, { ...question, nowMs: Date.now() });
  }

  async rebuild(cursor: string | null) {
    return rebuild(this.env, cursor, Date.now());
  }

  /** Every call comes by here: a tenant's name becomes part of keys in R2 and KV. */
  #core(tenant: string) {
    assert(TENANT_PATTERN.test(tenant), `"${tenant}" is no tenant`);
    return this.env.DB;
  }

  #changes(tenant: string): ChangePorts {
    return { core: this.#core(tenant), lake: openLake(objectStore(this.env), { clock: Date.now }) };
  }

  #config(tenant: string): ConfigPorts {
    return { ...this.#changes(tenant), kv: this.env.KV };
  }

  /** The caller does not wait: the change is kept, and the crons make up for what fails here. */
  #itemsChanged(tenant: string): void {
    const fault = (cause: unknown) =>
      console.error(JSON.stringify({ source: "overlay", tenant, fault: String(cause) }));
    this.ctx.waitUntil(this.#flushOverlaySoon(tenant).catch(fault));
  }

  #overlay(): OverlayPorts {
    return { core: this.env.DB, store: objectStore(this.env), kv: this.env.KV };
  }

  async #flushOverlaySoon(tenant: string): Promise<void> {
    const ports = this.#overlay();
    const items = await flushOverlay(ports, tenant, { nowMs: Date.now(), force: false });
    if (items !== null) return;
    // Written just now by an earlier change: once more when that is over, unless somebody else did it by then.
    await wait(OVERLAY_INTERVAL_MS);
    await flushOverlay(ports, tenant, { nowMs: Date.now(), force: false });
  }
}

function secretBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
