import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { readProtocol, readProtocolData, testingPart } from "../../scripts/data/protocol/index.ts";
import { type Cases, findLeaks } from "../../src/learn/index.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folderWith(files: Record<string, string | object>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lakeshore-protocol-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(path.join(folder, name), name.endsWith(".gz") ? gzipSync(text) : text);
  }
  return folder;
}

/** `user: history → target` of each case. */
function told({ dataset, users, targetRows, historyEnds }: Cases): string[] {
  const id = (row: number) => dataset.itemIds[dataset.items[row] as number];
  return [...users].map((user, place) => {
    const start = dataset.userStart[user] as number;
    const end = historyEnds[place] as number;
    const history = Array.from({ length: end - start }, (_, row) => id(start + row));
    return `${dataset.userIds[user]}: ${history.join(" ")} → ${id(targetRows[place] as number)}`;
  });
}

describe("sequences", () => {
  it("are left by their last two, which are never fitted again", async () => {
    const folder = await folderWith({
      "protocol.json": { task: "next-item", sequences: "s.txt.gz", metrics: ["hr@10"] },
      "s.txt.gz": "7 10 20 30 40\n8 20 10 50\n",
    });
    const { name, fit, validation, refit, test, items } = await readProtocol(folder);
    expect(name).toBe(path.basename(folder));
    expect(fit.items).toHaveLength(3);
    expect(refit).toBeNull();
    expect(told(validation)).toEqual(["7: 10 20 → 30", "8: 20 → 10"]);
    expect(told(test)).toEqual(["7: 10 20 30 → 40", "8: 20 10 → 50"]);
    expect([...test.dataset.timesMs.subarray(0, 4)]).toEqual([0, 1_000, 2_000, 3_000]);
    expect(items).toBeNull();
  });
});

describe("sessions", () => {
  it("are asked at every step, items that came before too", async () => {
    const train = Array.from({ length: 40 }, (_, session) => `a b${session}`).join("\n");
    const folder = await folderWith({
      "protocol.json": { task: "session", train: "train.txt", test: "test.txt", metrics: [] },
      "train.txt": train,
      "test.txt": "a b1 a\nx a\n",
    });
    const { fit, validation, refit, test } = await readProtocol(folder);
    expect(told(validation)).toEqual(["0000038: a → b38", "0000039: a → b39"]);
    expect(fit.items).toHaveLength(76);
    expect(refit?.items).toHaveLength(80);
    expect(told(test)).toEqual(["0000040: a → b1", "0000040: a b1 → a", "0000041: x → a"]);
    expect(test.maskSeen).toBe(false);
  });
});

describe("unordered data", () => {
  it("are asked as one list a user", async () => {
    const folder = await folderWith({
      "protocol.json": { task: "top-n", train: "train.txt", test: "test.txt", metrics: ["recall@20"] },
      "train.txt": "0 1 2 3 4 5\n1 1 2 2 3\n2 9\n",
      "test.txt": "0 9 8\n1\n2 1\n",
    });
    const { fit, validation, refit, test } = await readProtocol(folder);
    expect(refit?.items).toHaveLength(9);
    expect(fit.items.length + validation.targetRows.length).toBe(9);
    expect(findLeaks(fit, validation)).toEqual([]);
    expect(told(test).sort()).toEqual(["0: 1 2 3 4 5 → 8", "0: 1 2 3 4 5 → 9", "2: 9 → 1"]);
    expect(test.mean).toBe("list");
  });

  it("count an item once that a user has on two lines, and hold out none that is still fitted", async () => {
    const lines = Array.from({ length: 10 }, (_, user) => `${user} ${user} ${user + 1} ${user + 2}`);
    const read = async (train: readonly string[]) =>
      readProtocol(
        await folderWith({
          "protocol.json": { task: "top-n", train: "train.txt", test: "test.txt" },
          "train.txt": train.join("\n"),
          "test.txt": "0 9\n",
        }),
      );
    const [once, twice] = [await read(lines), await read([...lines, ...lines])];
    expect(twice.refit).toEqual(once.refit);
    expect(told(twice.validation)).toEqual(told(once.validation));
    const split = await read([...lines, "0 7 8"]);
    expect(split.refit?.items).toHaveLength(32);
    expect(told(split.test)).toEqual(["0: 0 1 2 7 8 → 9"]);
  });

  it("tell how many rows have a user that nothing else is known of", async () => {
    const folder = await folderWith({
      "protocol.json": { task: "top-n", train: "train.txt", test: "test.txt" },
      "train.txt": "0 1 2\n",
      "test.txt": "0 9\n7 1 2\n8 1\n",
    });
    const { test, leftOut } = testingPart(await readProtocolData(folder));
    expect([test.targetRows.length, leftOut]).toEqual([1, { withoutHistory: 3 }]);
  });
});

describe("logs", () => {
  it("are cut by time, for the test and once more for the choice", async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `u${i % 4},i${i % 3},${i % 2 === 0 ? 5 : 2},${100 + i}`,
    );
    const folder = await folderWith({
      "protocol.json": {
        name: "log",
        task: "log",
        interactions: {
          file: "log.csv",
          user: "who",
          item: "what",
          time: "when",
          timeUnit: "s",
          value: "stars",
          positive: "stars >= 4",
        },
        metrics: ["ndcg@10"],
      },
      "log.csv": `who,what,stars,when\n${rows.join("\n")}\n`,
    });
    const { fit, validation, refit, test } = await readProtocol(folder);
    expect(refit?.items).toHaveLength(32);
    expect(Math.max(...(refit?.timesMs ?? []))).toBe(131_000);
    expect(Math.max(...fit.timesMs)).toBeLessThan(Math.min(...validation.dataset.timesMs.slice(-1)));
    expect(findLeaks(fit, validation)).toEqual([]);
    expect(findLeaks(refit ?? fit, test)).toEqual([]);
    expect(new Set(test.dataset.weights)).toEqual(new Set([1, 3]));
    const { leftOut } = testingPart(await readProtocolData(folder));
    expect(Object.values(leftOut).reduce((sum, rows) => sum + rows) + test.targetRows.length).toBe(8);
  });
});

describe("a log's table", () => {
  const columns = { user: "who", item: "what", time: "when", timeUnit: "ms" };
  const read = async (table: string, more: object = {}) => {
    const interactions = { file: "log.csv", ...columns, ...more };
    return readProtocolData(
      await folderWith({ "protocol.json": { task: "log", interactions }, "log.csv": table }),
    );
  };

  it("counts every row alike where it has no value", async () => {
    const { dataset } = await read("who,what,when\nu,a,1\nu,b,2\n");
    expect([...dataset.weights]).toEqual([1, 1]);
    const rated = await read("who,what,when,stars\nu,a,1,\nu,b,2,5\n", {
      value: "stars",
      positive: "stars >= 4",
    });
    expect([...rated.dataset.weights]).toEqual([1, 3]);
    await expect(read("who,what,when\nu,a,1\n", { value: "stars" })).rejects.toThrow("go together");
  });

  it("is refused with file, line and field of a bad cell", async () => {
    const rated = { value: "stars", positive: "stars >= 4" };
    const cases: [string, string, object?][] = [
      ["who,what,when\nu,a,1\nu,b,yesterday\n", 'log.csv line 3: time "yesterday" is no number'],
      ["who,what,when\nu,a,\n", "log.csv line 2: time (when) is empty"],
      ["who,what,when\n,a,1\n", "log.csv line 2: user (who) is empty"],
      ["who,what,when\nu, ,1\n", "log.csv line 2: item (what) is empty"],
      ["who,what,when,stars\nu,a,1,many\n", 'log.csv line 2: value "many" is no number', rated],
      ["who,item,when\nu,a,1\n", "log.csv has no column what, but who, item, when"],
      ["who,what,when\nu,a,1\n", "log.csv has no column stars", rated],
    ];
    for (const [table, words, more] of cases) await expect(read(table, more)).rejects.toThrow(words);
    await expect(read("who,what,when\nu,a\n")).rejects.toThrow(/cannot read .*log\.csv: .*line 2/);
  });

  it("is refused with its name when it is no gzip", async () => {
    const interactions = { file: "log.csv.gz", ...columns };
    const folder = await folderWith({ "protocol.json": { task: "log", interactions } });
    await writeFile(path.join(folder, "log.csv.gz"), "who,what,when\nu,a,1\n");
    await expect(readProtocolData(folder)).rejects.toThrow(/cannot read .*log\.csv\.gz as gzip/);
  });
});

describe("a folder of another kind", () => {
  it("is refused in a sentence", async () => {
    await expect(readProtocol("/nowhere")).rejects.toThrow("/nowhere does not exist");
    await expect(readProtocol(await folderWith({}))).rejects.toThrow("no protocol.json");
    const words = await folderWith({ "protocol.json": "{ task" });
    await expect(readProtocol(words)).rejects.toThrow("is not JSON");
    const task = await folderWith({ "protocol.json": { task: "ranking" } });
    await expect(readProtocol(task)).rejects.toThrow("not one of the four forms");
    const file = await folderWith({ "protocol.json": { task: "next-item", sequences: "gone.txt" } });
    await expect(readProtocol(file)).rejects.toThrow("lacks gone.txt");
    const metric = await folderWith({
      "protocol.json": { task: "next-item", sequences: "s.txt", metrics: ["auc"] },
      "s.txt": "1 2 3 4",
    });
    await expect(readProtocol(metric)).rejects.toThrow(/^(?!.*beyond rank).*metrics/s);
    const cutoff = await folderWith({
      "protocol.json": { task: "next-item", sequences: "s.txt", metrics: ["hr@100", "hr@101"] },
      "s.txt": "1 2 3 4",
    });
    await expect(readProtocol(cutoff)).rejects.toThrow(/^(?!.*hr@100).*hr@101 looks beyond rank 100/s);
    const zip = await folderWith({ "protocol.json": { task: "next-item", sequences: "s.txt.gz" } });
    await writeFile(path.join(zip, "s.txt.gz"), "1 2 3 4");
    await expect(readProtocol(zip)).rejects.toThrow(`cannot read ${path.join(zip, "s.txt.gz")} as gzip`);
  });
});
