import { describe, expect, it } from "vitest";
import { hashKey, type KeyRecord, makeKey, parseKey } from "../../src/events/index.ts";
import { checkKey, createMemory } from "../../src/serving/index.ts";
import { World } from "./ports.ts";

const KEY = makeKey("publishable", "shore", new Uint8Array(24).fill(7));

/** Waits until so many reads have begun. */
async function begun(world: World, reads: number): Promise<void> {
  while (world.reads.length < reads) await new Promise((resolve) => setImmediate(resolve));
}

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

  it("asks the truth beside a near copy that hangs, and believes the first to tell", async () => {
    const world = new World();
    const known = await record();
    world.keys.stored.set(`shore ${known.hash}`, known);
    world.hanging.add("key");
    const startMs = world.nowMs;
    const check = checkKey(KEY, world.ports, createMemory());
    await begun(world, 1);
    expect(world.reads).toEqual(["key"]);
    world.advance(150);
    expect(await check).toEqual({ ok: true, value: known });
    expect([world.reads, world.nowMs - startMs]).toEqual([["key", "key_stored"], 150]);

    world.hanging.delete("key");
    world.hanging.add("key_stored");
    world.keys.cached.set(known.hash, known);
    let open = () => {};
    world.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow = checkKey(KEY, world.ports, createMemory());
    await begun(world, 3);
    world.advance(150);
    await begun(world, 4);
    open();
    expect(await slow).toEqual({ ok: true, value: known });
  });

  it("takes no longer with both stores hanging than a slow near copy and one wait", async () => {
    const world = new World();
    for (const store of ["key", "key_stored"]) world.hanging.add(store);
    const check = checkKey(KEY, world.ports, createMemory());
    await begun(world, 1);
    world.advance(150);
    await begun(world, 2);
    world.advance(1_000);
    expect(await check).toEqual({ ok: false, error: "unavailable" });
  });

  it("reads nothing for what is no key", async () => {
    const world = new World();
    for (const text of ["", "pk_", "pk_shore_short", `xk_${KEY.slice(3)}`, `${KEY} `]) {
      expect(await checkKey(text, world.ports, createMemory())).toEqual({ ok: false, error: "malformed" });
    }
    expect(world.reads).toEqual([]);
  });
});

describe("a key that has proved good, while both stores are away", () => {
  async function proven() {
    const world = new World();
    const memory = createMemory();
    const known = await record();
    world.keys.cached.set(known.hash, known);
    await checkKey(KEY, world.ports, memory);
    world.reads.length = 0;
    return { world, memory, known, check: () => checkKey(KEY, world.ports, memory) };
  }

  const away = (world: World) => {
    for (const store of ["key", "key_stored"]) world.failing.add(store);
  };

  it("is good for five minutes from then on; the stores are asked again every five seconds", async () => {
    const { world, known, check } = await proven();
    away(world);
    world.advance(30_000);
    for (let i = 0; i < 3; i++) expect(await check()).toEqual({ ok: true, value: known });
    expect(world.reads).toEqual(["key", "key_stored"]);
    world.advance(5_000);
    expect((await check()).ok).toBe(true);
    expect(world.reads).toHaveLength(4);
    world.advance(264_999);
    expect((await check()).ok).toBe(true);
    world.advance(1);
    expect(await check()).toEqual({ ok: false, error: "unavailable" });
  });

  it("is no more, once it was found revoked", async () => {
    const { world, check } = await proven();
    const revoked = await record({ revokedAtMs: world.nowMs });
    world.keys.cached.set(revoked.hash, revoked);
    world.advance(30_000);
    expect(await check()).toEqual({ ok: false, error: "unknown" });
    away(world);
    world.advance(30_000);
    expect(await check()).toEqual({ ok: false, error: "unavailable" });
  });

  it("is asked for by one request, and the others do not wait with it", async () => {
    const { world, known, check } = await proven();
    world.advance(30_000);
    for (const store of ["key", "key_stored"]) world.hanging.add(store);
    const waiting = check();
    await begun(world, 1);
    for (let i = 0; i < 3; i++) expect(await check()).toEqual({ ok: true, value: known });
    expect(await world.waitOut(waiting)).toEqual({ ok: true, value: known });
    expect(world.reads).toEqual(["key", "key_stored"]);
  });

  it("is no more for anybody, once the request that asks has found it revoked", async () => {
    const { world, known, check } = await proven();
    world.advance(30_000);
    let open = () => {};
    world.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const revoked = await record({ revokedAtMs: world.nowMs });
    world.keys.cached.set(revoked.hash, revoked);
    const waiting = check();
    await begun(world, 1);
    expect(await check()).toEqual({ ok: true, value: known });
    open();
    expect(await waiting).toEqual({ ok: false, error: "unknown" });
    expect(await check()).toEqual({ ok: false, error: "unknown" });
  });

  it("is asked for again as soon as one store answers", async () => {
    const { world, check } = await proven();
    away(world);
    world.advance(30_000);
    await check();
    world.failing.clear();
    const revoked = await record({ revokedAtMs: world.nowMs });
    world.keys.cached.set(revoked.hash, revoked);
    world.advance(5_000);
    expect(await check()).toEqual({ ok: false, error: "unknown" });
  });
});
