import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { type ImportOptions, parseMapping, runImport } from "../../scripts/import/index.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";

let folder = "";
let server: ApiServer;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lakeshore-import-"));
  server = await startApiServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const MAPPING = ["who=user_id", "what=item_id", "when=occurred_at", "kind=type"];

function run(file: string, content: string | Uint8Array, options: Partial<ImportOptions> = {}) {
  const whole = path.join(folder, file);
  if (!existsSync(whole)) writeFileSync(whole, content);
  return runImport(new ApiClient(server.url, "sk_demo_x"), {
    kind: "interactions",
    file: whole,
    format: "csv",
    mapping: parseMapping("interactions", MAPPING),
    tenant: "demo",
    statePath: `${whole}.state`,
    rejectsPath: `${whole}.rejects`,
    nowMs: 1_790_000_000_000,
    onProgress: () => {},
    ...options,
  });
}

function rejects(file: string): { line: number; reason: string }[] {
  const text = readFileSync(path.join(folder, `${file}.rejects`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { line: number; reason: string });
}

describe("import of interactions", () => {
  it("maps columns, reads times in any form, and fills in id, session and consent", async () => {
    const csv =
      "who,what,when,kind,rating\nu1,i1,964982703,like,4\nu1,i2,964982703000,view,\nu1,i3,2000-07-30 18:45:03,view,\n";
    expect(await run("a.csv.gz", gzipSync(csv))).toMatchObject({ records: 3, sent: 3, rejected: 0 });
    const events = [...server.events.values()].map(({ event }) => event);
    expect(events.map(({ occurred_at }) => occurred_at)).toEqual([964982703000, 964982703000, 964982703000]);
    expect(events[0]).toMatchObject({
      type: "like",
      user_id: "u1",
      item_id: "i1",
      session_id: "u1-2000-07-30",
      consent: "granted",
    });
    expect(events[0]).not.toHaveProperty("rating");
    expect(existsSync(path.join(folder, "a.csv.gz.rejects"))).toBe(false);
  });

  it("writes rejects with the line where the row begins, quoted line breaks counted, ours and the server's", async () => {
    const csv = [
      "who,what,when,kind",
      "u1,i1,964982703,view",
      'u2,"a\nb",964982703,view',
      "u3,i1,yesterday,view",
      "u4,i1",
      "u5,unwanted,964982703,view",
      "u6,i1,964982703,No Type",
      "u7,i1,964982703,view",
    ].join("\n");
    expect(await run("b.csv", csv)).toMatchObject({ records: 7, sent: 3, rejected: 4 });
    expect(rejects("b.csv").map(({ line, reason }) => [line, reason.split(" ")[0]])).toEqual([
      [5, "occurred_at"],
      [6, "has"],
      [7, "item_id"],
      [8, "type"],
    ]);
  });

  it("counts empty lines, and tells of a quote that is never closed", async () => {
    const csv =
      'who,what,when,kind\n\n\nu1,"i""1",soon,view\nu2,i"2,964982703,view\nu3,"i3,964982703,view\nu4,i4\n';
    expect(await run("h.csv", csv)).toMatchObject({ sent: 1, rejected: 2 });
    expect(rejects("h.csv").map(({ line, reason }) => [line, reason.split(" ")[0]])).toEqual([
      [4, "occurred_at"],
      [6, "Quote"],
    ]);
  });

  it("goes on after the last answered chunk when broken off, sends no row under two ids, and repeats no reject", async () => {
    const rows = Array.from(
      { length: 5_000 },
      (_, index) =>
        `u${index},${index % 1_000 === 10 ? "" : `i${index}`},${index === 2_500 ? "bad" : 964982703},view`,
    );
    const csv = ["who,what,when,kind", ...rows].join("\n");
    // Two chunks are 8 requests of 500; the ninth fails for good.
    server.onRequest = (count) => (count > 6 ? 400 : 200);
    await expect(run("c.csv", csv)).rejects.toThrow(/not now/);
    server.onRequest = () => 200;
    const report = await run("c.csv", csv, { nowMs: 1_790_000_999_000 });
    expect(report).toMatchObject({
      records: 5_000,
      sent: 4_999,
      rejected: 1,
      resumedAt: 2_000,
      alreadyComplete: false,
    });
    expect(server.events.size).toBe(4_999);
    expect(rejects("c.csv")).toHaveLength(1);
    expect(rejects("c.csv")[0]?.line).toBe(2_502);
    expect(await run("c.csv", csv)).toMatchObject({ alreadyComplete: true });
    expect([...server.events.values()].every(({ times }) => times <= 2)).toBe(true);
  });

  it("refuses to resume when the file has changed or the tenant is another", async () => {
    await run("d.csv", "who,what,when,kind\nu1,i1,964982703,view\n");
    await expect(run("d.csv", "", { tenant: "other" })).rejects.toThrow(/tenant "demo"/);
    writeFileSync(path.join(folder, "d.csv"), "who,what,when,kind\nu1,i1,964982703,like\n");
    await expect(run("d.csv", "")).rejects.toThrow(/changed/);
  });

  it("waits out a busy server", async () => {
    server.onRequest = (count) => (count <= 3 ? 429 : 200);
    expect(await run("e.csv", "who,what,when,kind\nu1,i1,964982703,view\n")).toMatchObject({ sent: 1 });
  });

  it("names the fields when a mapping has none such", () => {
    expect(() => parseMapping("interactions", ["a=item"])).toThrow(/item_id/);
    expect(() => parseMapping("items", ["a"])).toThrow(/column=field/);
  });
});

describe("import of items", () => {
  it("takes JSON lines, and CSV with lists, numbers and single attributes", async () => {
    const jsonl =
      '{"item_id":"i1","title":"One","categories":["a"]}\n\nnot json\n{"item_id":2,"price":"x"}\n[]\n{"item_id":3}\n';
    const report = await run("f.jsonl", jsonl, { kind: "items", format: "jsonl", mapping: new Map() });
    expect(report).toMatchObject({ records: 5, sent: 2, rejected: 3 });
    expect(rejects("f.jsonl").map(({ line }) => line)).toEqual([3, 4, 5]);
    expect([...server.items.keys()]).toEqual(["i1", "3"]);

    const csv = "id,title,genres,price,hidden,colour\ni9,Nine,a|b,9.5,no,red\n";
    const mapping = parseMapping("items", ["id=item_id", "genres=categories", "colour=attributes.colour"]);
    await run("g.csv", csv, { kind: "items", mapping });
    expect(server.items.get("i9")).toEqual({
      item_id: "i9",
      title: "Nine",
      categories: ["a", "b"],
      price: 9.5,
      hidden: false,
      attributes: { colour: "red" },
    });
  });
});
