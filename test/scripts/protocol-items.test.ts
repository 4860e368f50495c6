import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readProtocol, readProtocolData } from "../../scripts/data/protocol/index.ts";
import { LATE_FEATURES } from "../../src/catalogue/index.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folderWith(files: Record<string, string | object>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lakeshore-protocol-items-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

describe("what a folder says of its items", () => {
  const read = async (more: object, files: Record<string, string | object> = {}) => {
    const protocol = { task: "next-item", sequences: "s.txt", ...more };
    return readProtocol(await folderWith({ "protocol.json": protocol, "s.txt": "1 2 3 4", ...files }));
  };

  it("is read from a table, whatever its id's column is called, and from attributes", async () => {
    const folder = await folderWith({
      "protocol.json": { task: "next-item", sequences: "s.txt", items: "items.tsv", attributes: "a.json" },
      "s.txt": "1 10 20 30\n",
      "items.tsv": 'other\tnumber\ttitle\tgenres\nx\t10\tA "quoted" film\tDrama|War\ny\t30\tLast\tWar\n',
      "a.json": { 20: [3, 4] },
    });
    const { items, content, dataset } = await readProtocolData(folder);
    expect(dataset.itemIds).toEqual(["10", "20", "30"]);
    expect(items?.[0]).toEqual({ item_id: "10", title: 'A "quoted" film', categories: ["Drama", "War"] });
    expect(items?.[1]).toEqual({ item_id: "20", categories: ["3", "4"] });
    expect(content?.width).toBe(LATE_FEATURES);
    expect(content?.levels).toHaveLength(3 * (content?.perItem ?? 0));
  });

  it("is refused where a file is missing", async () => {
    await expect(read({ items: "i.tsv" })).rejects.toThrow("lacks i.tsv, which its protocol.json names");
    await expect(read({ attributes: "a.json" })).rejects.toThrow("lacks a.json");
    await expect(read({ attributes: "." })).rejects.toThrow("is a folder, and protocol.json names it");
    const interactions = { file: "s.txt", user: "u", item: "i", time: "t", timeUnit: "s" };
    await expect(read({ task: "log", interactions, tags: "tags.csv" })).rejects.toThrow("lacks tags.csv");
  });

  it("is refused where it describes none of the items", async () => {
    const words = /i\.tsv describes none of the 3 items of the rows$/;
    await expect(read({ items: "i.tsv" }, { "i.tsv": "id\ttitle\nx2\tTwo\n" })).rejects.toThrow(words);
    await expect(read({ items: "i.tsv" }, { "i.tsv": "id\ttitle\n" })).rejects.toThrow(words);
    const attributes = { "a.json": { x2: [5] } };
    await expect(read({ attributes: "a.json" }, attributes)).rejects.toThrow("a.json describes none");
  });

  it("is refused where attributes are no lists, with the item", async () => {
    const of = (text: string) => read({ attributes: "a.json" }, { "a.json": text });
    await expect(of('{"2":[5],"3":"brand"}')).rejects.toThrow(
      /a\.json must give each item a list of attributes: .*expected array.* of 3$/,
    );
    await expect(of('{"2":[5,{}]}')).rejects.toThrow(/ of 2, 1$/);
    await expect(of("[]")).rejects.toThrow(/a list of attributes: .*expected record/);
    await expect(of("{")).rejects.toThrow(/a\.json is not JSON/);
  });
});
