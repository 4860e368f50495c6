import { describe, expect, it } from "vitest";
import { hashKey, type KeyRecord, makeKey, parseKey } from "../../src/events/index.ts";
import { checkKey, createMemory } from "../../src/serving/index.ts";
import { World } from "./ports.ts";

const KEY = makeKey("publishable", "shore", new Uint8Array(24).fill(7));

async function record(changes: Partial<KeyRecord> = {}): Promise<KeyRecord> {
  const { kind, tenant } = parseKey(KEY) ?? { kind: "publishable", tenant: "" };
  return {
    hash: await hashKey(KEY),
    tenant,
    kind,
    origins: [],
    createdAtMs: 0,
    revokedAtMs: null,
    ...changes,
  };
}

describe("the check of a key", () => {
  it("asks the near copy once in 30 s", async () => {
    const world = new World();
    const memory = createMemory();
    const known = await record();
    world.keys.cached.set(known.hash, known);
    for (let i = 0; i < 3; i++)
      expect(await checkKey(KEY, world.ports, memory)).toEqual({ ok: true, value: known });
    expect(world.reads).toEqual(["key"]);
    world.advance(30_000);
    await checkKey(KEY, world.ports, memory);
    expect(world.reads).toEqual(["key", "key"]);
  });

  it("finds a key made a second ago in the truth", async () => {
    const world = new World();
    const known = await record();
    world.keys.stored.set(`shore ${known.hash}`, known);
    expect((await checkKey(KEY, world.ports, createMemory())).ok).toBe(true);
    expect(world.reads).toEqual(["key", "key_stored"]);
  });

  it("remembers that a key is unknown, apart from the good ones", async () => {
    const world = new World();
    const memory = createMemory();
    for (let i = 0; i < 3; i++) {
      expect(await checkKey(KEY, world.ports, memory)).toEqual({ ok: false, error: "unknown" });
    }
    expect(world.reads).toEqual(["key", "key_stored"]);
    expect(memory.keys.size).toBe(0);
  });

  it("refuses a revoked key 30 s after KV says so", async () => {
    const world = new World();
    const memory = createMemory();
    const known = await record();
    world.keys.cached.set(known.hash, known);
    await checkKey(KEY, world.ports, memory);
    world.keys.cached.set(known.hash, await record({ revokedAtMs: world.nowMs }));
    world.advance(30_000);
    expect(await checkKey(KEY, world.ports, memory)).toEqual({ ok: false, error: "unknown" });
  });

  it("refuses a record of another tenant or kind", async () => {
    for (const changes of [{ tenant: "hill" }, { kind: "secret" as const }]) {
      const world = new World();
      const other = await record(changes);
      world.keys.cached.set(other.hash, other);
      expect((await checkKey(KEY, world.ports, createMemory())).ok).toBe(false);
    }
  });

  it("fails closed when no store answers, and does not remember it", async () => {
    const world = new World();
    const memory = createMemory();
    for (const store of ["key", "key_stored"]) world.hanging.add(store);
    const result = await world.waitOut(checkKey(KEY, world.ports, memory));
    expect(result).toEqual({ ok: false, error: "unavailable" });
    world.hanging.clear();
    const known = await record();
    world.keys.cached.set(known.hash, known);
    expect((await checkKey(KEY, world.ports, memory)).ok).toBe(true);
  });

  it("reads nothing for what is no key", async () => {
    const world = new World();
    for (const text of ["", "pk_", "pk_shore_short", `xk_${KEY.slice(3)}`, `${KEY} `]) {
      expect(await checkKey(text, world.ports, createMemory())).toEqual({ ok: false, error: "malformed" });
    }
    expect(world.reads).toEqual([]);
  });
});
