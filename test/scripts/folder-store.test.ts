import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe } from "vitest";
import { folderStore } from "../../scripts/local/folder-store.ts";
import { objectStoreContract } from "../contracts/object-store.ts";

const folders: string[] = [];

describe("object store in a folder", () =>
  objectStoreContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-store-"));
    folders.push(folder);
    return folderStore(folder);
  }));

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});
