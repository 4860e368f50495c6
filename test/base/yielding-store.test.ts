import { describe, expect, it } from "vitest";
import { yieldingStore } from "../../src/base/index.ts";
import { objectStoreContract } from "../contracts/object-store.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const BYTES = new Uint8Array([1, 2, 3]);

describe("object store that yields", () => {
  let nowMs = 0;
  const ports = { clock: () => (nowMs += 20), yieldTo: async () => {} };
  objectStoreContract(() => yieldingStore(memoryObjectStore(), ports));
});

describe("yieldingStore", () => {
  function watched(callMs: number) {
    let nowMs = 0;
    let turns = 0;
    const memory = memoryObjectStore();
    const slow = {
      ...memory,
      get: (...asked: Parameters<typeof memory.get>) => {
        nowMs += callMs;
        return memory.get(...asked);
      },
    };
    const yieldTo = async () => void turns++;
    return { store: yieldingStore(slow, { clock: () => nowMs, yieldTo }), turns: () => turns };
  }

  it("lets others run once in ten milliseconds of calls", async () => {
    const { store, turns } = watched(1);
    await store.put("a", BYTES);
    for (let call = 0; call < 100; call++) await store.get("a");
    expect(turns()).toBe(10);
  });

  it("lets others run once for calls that are under way together", async () => {
    const { store, turns } = watched(5);
    await Promise.all(Array.from({ length: 20 }, () => store.get("a")));
    expect(turns()).toBe(1);
  });

  it("passes a failure on", async () => {
    const failing = { ...memoryObjectStore(), get: () => Promise.reject(new Error("gone")) };
    const store = yieldingStore(failing, { clock: () => 0, yieldTo: async () => {} });
    await expect(store.get("a")).rejects.toThrow("gone");
  });
});
