import type { ObjectStore } from "../../base/index.ts";
import { type DeletedUser, usersToErase } from "../../features/index.ts";
import { EVENTS, IDENTITY_LINKS } from "../../lake/index.ts";
import { firstLinks } from "./links.ts";
import type { ErasePorts } from "./ports.ts";
import { repeatedIds } from "./repeated.ts";

export interface ErasedUser extends DeletedUser {
  /** Devices that were the user's by then, and by nobody else's earlier link. */
  devices: string[];
  /** Ids of their events that came again after the deletion. */
  repeated: string[];
}

/** An erasure under way: whose rows go, and how far it has come. It outlives the links that told of the devices. */
export interface ErasurePlan {
  id: string;
  startedMs: number;
  users: ErasedUser[];
  /** The stage to do next. */
  stage: number;
  /** Rows taken out so far, by table. */
  rows: Record<string, number>;
}

/** Users of one erasure: some 100 KB with their devices, and files are looked at for all of them at once. */
export const USERS_MAX = 1_000;

/** Apart from the refining runs' scratch, which is swept when it is old. Names users, so it goes with the erasure's end. */
const PLAN_KEY = "work/erasure.json";

export interface KeptPlan {
  plan: ErasurePlan;
  etag: string;
}

/** The erasure under way, or a new one of those who are due; null when nobody is. */
export async function openPlan(
  ports: ErasePorts,
  { nowMs, force }: { nowMs: number; force: boolean },
): Promise<KeptPlan | null> {
  const kept = await readPlan(ports.store);
  if (kept !== null) return kept;
  const due = await usersToErase(ports.profiles, { nowMs, max: USERS_MAX, force });
  if (due.length === 0) return null;
  const plan: ErasurePlan = {
    id: `${nowMs.toString(36)}-${ports.newRunName()}`,
    startedMs: nowMs,
    users: await describe(ports, due, nowMs),
    stage: 0,
    rows: {},
  };
  const written = await ports.store.put(PLAN_KEY, encode(plan), { ifAbsent: true });
  // Somebody else's stands by now, or is done already.
  return written === null ? readPlan(ports.store) : { plan, etag: written.etag };
}

async function readPlan(store: ObjectStore): Promise<KeptPlan | null> {
  const object = await store.get(PLAN_KEY);
  if (object === null) return null;
  return { plan: JSON.parse(new TextDecoder().decode(object.bytes)) as ErasurePlan, etag: object.etag };
}

/** Keeps how far the plan has come; null when another call has gone on with it meanwhile. */
export async function keepPlan(store: ObjectStore, { plan, etag }: KeptPlan): Promise<KeptPlan | null> {
  const written = await store.put(PLAN_KEY, encode(plan), { ifEtag: etag });
  return written === null ? null : { plan, etag: written.etag };
}

export async function dropPlan(store: ObjectStore): Promise<void> {
  await store.delete([PLAN_KEY]);
}

function encode(plan: ErasurePlan): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(plan));
}

/** By the lake's links, as silver and gold know them, and by its events: of both nothing is left to tell once it was erased. */
async function describe(
  { lake }: ErasePorts,
  users: readonly DeletedUser[],
  nowMs: number,
): Promise<ErasedUser[]> {
  for (const table of [EVENTS, IDENTITY_LINKS]) await lake.commitWaiting(table, { nowMs });
  const erased: ErasedUser[] = [];
  for (const [tenant, ofTenant] of Map.groupBy(users, (user) => user.tenant)) {
    const links = Map.groupBy(await firstLinks(lake, tenant), ({ userId }) => userId);
    const described = ofTenant.map((user): ErasedUser => {
      const own = (links.get(user.userId) ?? []).filter(
        ({ receivedAtMs }) => receivedAtMs <= user.deletedAtMs,
      );
      return { ...user, devices: own.map(({ anonymousId }) => anonymousId), repeated: [] };
    });
    const repeated = await repeatedIds(lake, tenant, described);
    for (const user of described) erased.push({ ...user, repeated: repeated.get(user.userId) ?? [] });
  }
  return erased;
}
