import { describe } from "vitest";
import { objectStoreContract } from "../contracts/object-store.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

describe("object store in memory", () => objectStoreContract(() => memoryObjectStore()));
