import { describe } from "vitest";
import { nodeEngine } from "../../src/runtime/node.ts";
import { engineContract } from "../contracts/engine.ts";

describe("the engine in Node", () => engineContract(nodeEngine));
