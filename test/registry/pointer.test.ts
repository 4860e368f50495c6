import { describe, expect, it } from "vitest";
import { readPointer } from "../../src/registry/index.ts";
import { pointerContract } from "../contracts/pointer.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { bytesOf } from "./artifacts.ts";

describe("pointer in memory", () => pointerContract(() => memoryObjectStore()));

it("throws at a pointer that it cannot understand", async () => {
  const store = memoryObjectStore();
  await store.put("models/acme/current.json", bytesOf("{}"));
  await expect(readPointer(store, "acme")).rejects.toThrow();
});
