import { expect, it } from "vitest";
import { listAll, type ObjectStore } from "../../src/base/index.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** What every `ObjectStore` must do; `make` gives an empty one. */
export function objectStoreContract(make: () => Promise<ObjectStore> | ObjectStore): void {
  it("reads what was written, whole and by range", async () => {
    const store = await make();
    await store.put("a", text("hello"));
    expect(new TextDecoder().decode((await store.get("a"))?.bytes)).toBe("hello");
    const part = await store.get("a", { offset: 1, length: 3 });
    expect(new TextDecoder().decode(part?.bytes)).toBe("ell");
    expect(part?.size).toBe(5);
    expect(await store.get("absent")).toBeNull();
    expect(await store.etag("absent")).toBeNull();
  });

  it("creates only if absent: of ten at once exactly one wins", async () => {
    const store = await make();
    const puts = Array.from({ length: 10 }, (_, i) => store.put("k", text(`${i}`), { ifAbsent: true }));
    const won = (await Promise.all(puts)).filter((result) => result !== null);
    expect(won).toHaveLength(1);
  });

  it("swaps only what has not changed", async () => {
    const store = await make();
    const first = await store.put("k", text("1"));
    expect(first).not.toBeNull();
    const etag = first?.etag ?? "";
    expect(await store.etag("k")).toBe(etag);
    expect(await store.put("k", text("2"), { ifEtag: etag })).not.toBeNull();
    expect(await store.put("k", text("3"), { ifEtag: etag })).toBeNull();
    expect(await store.put("absent", text("3"), { ifEtag: etag })).toBeNull();
    expect(new TextDecoder().decode((await store.get("k"))?.bytes)).toBe("2");
  });

  it("lists a prefix in order and forgets what was deleted", async () => {
    const store = await make();
    for (const key of ["p/b", "p/a", "q/a", "p/c"]) await store.put(key, text(key));
    await store.delete(["p/b", "absent"]);
    const keys: string[] = [];
    for await (const object of listAll(store, "p/")) keys.push(object.key);
    expect(keys).toEqual(["p/a", "p/c"]);
  });
}
