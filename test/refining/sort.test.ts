import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listAll } from "../../src/base/index.ts";
import { ExternalSort, mergeSorted, openScratch, Spool, WORK_PREFIX } from "../../src/refining/sort/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

type Row = readonly [key: number, text: string];

const compare = (a: Row, b: Row) => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
const row = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.string({ maxLength: 3 }));

async function all<T>(blocks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const block of blocks) rows.push(...block);
  return rows;
}

async function keysLeft(store: ReturnType<typeof memoryObjectStore>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, WORK_PREFIX)) keys.push(key);
  return keys;
}

describe("ExternalSort", () => {
  it("sorts whatever fits into memory and whatever does not, and reads twice alike", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 300 }),
        fc.integer({ min: 1, max: 400 }),
        async (rows, memoryRows) => {
          const store = memoryObjectStore();
          const sort = new ExternalSort<Row>(openScratch(store, "r"), { compare, memoryRows });
          await sort.add(rows.slice(0, 100));
          await sort.add(rows.slice(100));
          expect(sort.rows).toBe(rows.length);
          const expected = rows.toSorted(compare);
          expect(await all(sort.read())).toEqual(expected);
          expect(await all(sort.read())).toEqual(expected);
          await sort.remove();
          expect(await keysLeft(store)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("merges runs among themselves when they are many, and leaves nothing behind", async () => {
    const store = memoryObjectStore();
    const sort = new ExternalSort<Row>(openScratch(store, "r"), { compare, memoryRows: 10 });
    const rows = Array.from({ length: 5_000 }, (_, i): Row => [(i * 7_919) % 5_000, "x"]);
    await sort.add(rows);
    expect((await all(sort.read())).map(([key]) => key)).toEqual(rows.map((_, i) => i));
    await sort.remove();
    expect(await keysLeft(store)).toEqual([]);
  });

  it("reads a range alone, and of the runs only what reaches into it", async () => {
    const store = memoryObjectStore();
    const sort = new ExternalSort<Row>(openScratch(store, "r"), { compare, memoryRows: 2_000 });
    await sort.add(Array.from({ length: 9_000 }, (_, i): Row => [(i * 7_919) % 9_000, "x"]));
    const within = ([key]: Row) => (key < 4_000 ? -1 : key < 4_100 ? 0 : 1);
    store.calls.length = 0;
    const keys = (await all(sort.read(within))).map(([key]) => key);
    expect(keys).toEqual(Array.from({ length: 100 }, (_, i) => 4_000 + i));
    // Four runs, each of which holds the range in one block or across two.
    expect(store.calls.filter(({ kind }) => kind === "get").length).toBeLessThanOrEqual(8);
    expect(await all(sort.read(([key]) => (key < 9_000 ? -1 : 0)))).toEqual([]);
  });

  it("reads of the runs a range's own blocks only, where it was told the ranges", async () => {
    const store = memoryObjectStore();
    const parts = (before: Row, row: Row) => Math.floor(before[0] / 100) !== Math.floor(row[0] / 100);
    const options = { compare, memoryRows: 2_000, parts };
    const sort = new ExternalSort<Row>(openScratch(store, "r"), options);
    await sort.add(Array.from({ length: 8_000 }, (_, i): Row => [(i * 7_919) % 8_000, "x"]));
    store.calls.length = 0;
    const within = ([key]: Row) => Math.sign(Math.floor(key / 100) - 40);
    const keys = (await all(sort.read(within))).map(([key]) => key);
    expect(keys).toEqual(Array.from({ length: 100 }, (_, i) => 4_000 + i));
    expect(store.calls.filter(({ kind }) => kind === "get")).toHaveLength(4);
  });

  it("opens runs that follow each other one after the other", async () => {
    const store = memoryObjectStore();
    const sort = new ExternalSort<Row>(openScratch(store, "r"), { compare, memoryRows: 500 });
    await sort.add(Array.from({ length: 5_000 }, (_, i): Row => [i, "x"]));
    store.calls.length = 0;
    for await (const block of sort.read()) {
      const read = store.calls.filter(({ kind }) => kind === "get").length;
      expect(read).toBeLessThanOrEqual((block.at(-1)?.[0] ?? 0) / 500 + 2);
    }
  });

  it("keeps in memory what fits", async () => {
    const store = memoryObjectStore();
    const sort = new ExternalSort<Row>(openScratch(store, "r"), { compare, memoryRows: 100 });
    await sort.add(Array.from({ length: 99 }, (_, i): Row => [-i, ""]));
    expect(await all(sort.read())).toHaveLength(99);
    expect(store.calls).toEqual([]);
  });
});

describe("mergeSorted", () => {
  it("takes equal rows of an earlier stream first", async () => {
    const left = {
      async *[Symbol.asyncIterator]() {
        yield [
          [1, "l"],
          [3, "l"],
        ] as Row[];
      },
    };
    const right = {
      async *[Symbol.asyncIterator]() {
        yield [] as Row[];
        yield [[1, "r"]] as Row[];
        yield [[2, "r"]] as Row[];
      },
    };
    const merged = await all(mergeSorted<Row>([left, right], (a, b) => a[0] - b[0]));
    expect(merged.map(([, from]) => from)).toEqual(["l", "r", "r", "l"]);
  });
});

describe("a scratch", () => {
  it("gives back what JSON would, names in their order", async () => {
    const cell = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(undefined, null, "shop", 0));
    const tuples = fc.array(fc.tuple(cell, cell, fc.array(cell, { maxLength: 3 })));
    const named = fc.array(fc.record({ a: cell, b: cell, c: cell }, { requiredKeys: ["a"] }));
    const many = fc.array(fc.dictionary(fc.string({ maxLength: 2 }), cell), { maxLength: 20 });
    const turned = named.map((rows) => [
      { b: 1, a: 2 },
      { a: 2, b: 1 },
      JSON.parse('{"__proto__":1}'),
      ...rows,
    ]);
    await fc.assert(
      fc.asyncProperty(fc.oneof(tuples, named, many, turned), async (rows) => {
        const scratch = openScratch(memoryObjectStore(), "r");
        const read = await scratch.read(await scratch.write(rows));
        expect(JSON.stringify(read)).toBe(JSON.stringify(rows));
      }),
      { numRuns: 300 },
    );
  });
});

describe("Spool", () => {
  it("gives rows back in the order in which they came, from memory and from objects", async () => {
    const store = memoryObjectStore();
    const spool = new Spool<Row>(openScratch(store, "r"), 700);
    const rows = Array.from({ length: 2_000 }, (_, i): Row => [i, "x"]);
    for (let from = 0; from < rows.length; from += 300) await spool.add(rows.slice(from, from + 300));
    expect(spool.keys.length).toBeGreaterThan(0);
    expect(await all(spool.read())).toEqual(rows);
    await spool.remove();
    expect(await keysLeft(store)).toEqual([]);
  });
});
