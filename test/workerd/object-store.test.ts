import { env } from "cloudflare:workers";
import { describe } from "vitest";
import { listAll, r2ObjectStore } from "../../src/base/index.ts";
import { objectStoreContract } from "../contracts/object-store.ts";

describe("object store on R2", () =>
  objectStoreContract(async () => {
    const store = r2ObjectStore(env.LAKE);
    const keys: string[] = [];
    for await (const { key } of listAll(store, "")) keys.push(key);
    await store.delete(keys);
    return store;
  }));
