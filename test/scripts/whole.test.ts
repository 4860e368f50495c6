import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { folderStore } from "../../scripts/local/folder-store.ts";
import { runWhole, type Site, wholeRowsMax } from "../../scripts/whole/index.ts";
import { withScratch } from "../../scripts/whole/scratch.ts";
import {
  DAY_MS,
  listAll,
  type ObjectStore,
  TRAIN_ROWS_MAX,
  TRAIN_ROWS_WHOLE_MAX,
} from "../../src/base/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { readPointer } from "../../src/registry/index.ts";
import { listRuns, runIdOf } from "../../src/retraining/index.ts";
import { objectStoreContract } from "../contracts/object-store.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { shop } from "../retraining/runs.ts";

const text = (value: string) => new TextEncoder().encode(value);

let folder: string;
let server: Server;
let jobs: string[];

/** A site whose jobs have nothing left to do. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lakeshore-whole-"));
  jobs = [];
  server = createServer((request, response) => {
    jobs.push(path.basename(request.url ?? ""));
    response.end(JSON.stringify({ done: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function siteOf(store: ObjectStore): Site {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const root = { url, adminToken: "token" };
  return { tenant: "shop", client: new ApiClient(url, "key"), root, store, folder, close: async () => {} };
}

/** Fails as long as `isAway` holds. */
function breaking(store: ObjectStore, isAway: (key: string) => boolean): ObjectStore {
  return {
    ...store,
    put: (key, bytes, condition) =>
      isAway(key) ? Promise.reject(new Error("the store is away")) : store.put(key, bytes, condition),
  };
}

const silent = { onProgress: () => {}, say: () => {} };

describe("a whole run", () => {
  it("has the site's Workers bring the lake up to date, shows how far it is, and leaves nothing on the disk", async () => {
    const store = await shop();
    for (const daysAgo of [1, 3]) {
      mkdirSync(path.join(folder, runIdOf("shop", `cut-${daysAgo}`, Date.now() - daysAgo * DAY_MS)));
    }
    const steps = new Set<string>();
    const told: string[] = [];
    const { runId, outcome } = await runWhole(
      siteOf(store),
      {},
      { onProgress: ({ step }) => void steps.add(step), say: (line) => void told.push(line) },
    );
    expect(outcome.status).toBe("published");
    expect(jobs).toEqual(["commit", "refine", "quality"]);
    expect([...steps]).toContain("read");
    expect(told.join()).toContain(`--resume ${runId}`);
    // Nor what was cut short days ago.
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^shop_cut-1_/)]);
    const left: string[] = [];
    for await (const { key } of listAll(store, `work/shop/${runId}/`)) left.push(path.basename(key));
    expect(left).toEqual(expect.arrayContaining(["outcome.json", "report.json"]));
    expect(left.filter((name) => !name.endsWith(".json"))).toEqual([]);
    // By which scheduled runs know of it.
    expect(await store.etag(`work/shop/open/${runId}`)).not.toBeNull();
  });

  it("goes on where it was cut short, with the parameters that it had, and is recorded once", async () => {
    const store = await shop();
    let isAway = true;
    const site = siteOf(
      breaking(store, (key) => isAway && key.startsWith("models/") && key.endsWith("current.json")),
    );
    await expect(runWhole(site, { seed: 7 }, silent)).rejects.toThrow("the store is away");
    expect(await readPointer(store, "shop")).toBeNull();
    const [runId = ""] = readdirSync(folder);
    isAway = false;
    jobs.length = 0;
    const { outcome } = await runWhole(site, { resume: runId }, silent);
    expect(outcome).toMatchObject({ status: "published" });
    // What was read, and judged, is not read again.
    expect(jobs).toEqual([]);
    const runs = await listRuns(openLake(store), "shop", Date.now());
    expect(runs.map(({ run, startedBy }) => [run, startedBy])).toEqual([[runId, "whole"]]);
    await expect(runWhole(site, { resume: runId }, silent)).rejects.toThrow("holds no run");
  });

  it("puts settings in force and trains by them", async () => {
    const store = await shop();
    const settings = { budgetSeconds: 40, rowsMax: 1_000 };
    await runWhole(siteOf(store), { settings }, silent);
    const [run] = await listRuns(openLake(store), "shop", Date.now());
    expect(run).toMatchObject({ startedBy: "settings", status: "published" });
    const wrong = { settings: { budgetSeconds: 1 } };
    await expect(runWhole(siteOf(store), wrong, silent)).rejects.toThrow(/^budgetSeconds: /);
  });
});

describe("the rows that a machine takes", () => {
  it("are more than a Worker's, as its memory has it, up to the limit", () => {
    expect(wholeRowsMax(4e9)).toBeGreaterThan(10 * TRAIN_ROWS_MAX);
    expect(wholeRowsMax(4e9)).toBeLessThan(wholeRowsMax(8e9));
    expect(wholeRowsMax(1e12)).toBe(TRAIN_ROWS_WHOLE_MAX);
  });
});

describe("scratch", () => {
  objectStoreContract(() => withScratch(memoryObjectStore(), "p/", memoryObjectStore()));

  it("keeps on the disk what steps hand to each other, and gives the site its reports", async () => {
    const site = memoryObjectStore();
    const store = withScratch(site, "work/shop/run/", folderStore(path.join(folder, "objects")));
    await store.put("work/shop/run/dataset.bin", text("rows"));
    await store.put("work/shop/run/progress.json", text("{}"));
    await store.put("models/shop/current.json", text("{}"));
    expect(site.calls.map(({ key }) => key)).toEqual([
      "work/shop/run/progress.json",
      "models/shop/current.json",
    ]);
    expect(existsSync(path.join(folder, "objects/work/shop/run/dataset.bin"))).toBe(true);
    await store.delete(["work/shop/run/dataset.bin", "models/shop/current.json"]);
    expect(await store.get("work/shop/run/dataset.bin")).toBeNull();
    expect(await site.get("models/shop/current.json")).toBeNull();
  });
});
