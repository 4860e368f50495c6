import { env } from "cloudflare:workers";
import { describe } from "vitest";
import { listAll, r2ObjectStore } from "../../src/base/index.ts";
import { pointerContract } from "../contracts/pointer.ts";

describe("pointer on R2", () =>
  pointerContract(async () => {
    const store = r2ObjectStore(env.LAKE);
    const keys: string[] = [];
    for await (const { key } of listAll(store, "models/")) keys.push(key);
    await store.delete(keys);
    return store;
  }));
