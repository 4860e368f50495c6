import { createPrng, DAY_MS, type Prng } from "../../src/base/index.ts";
import { type CatalogItem, readCatalog, writeCatalog } from "../../src/catalogue/index.ts";
import { eventTypeCode } from "../../src/events/index.ts";
import {
  BiasDraft,
  type Bound,
  bindRule,
  CompiledColumns,
  createBiasPool,
  ItemSpace,
  parseRules,
} from "../../src/rules/index.ts";
import type { Progress } from "../progress.ts";
import { type Latencies, latenciesOf } from "./latency.ts";

/** What rules cost in the scorer, without the model: milliseconds. */
export interface RulesReport {
  items: number;
  expressions: number;
  /** Columns out of a catalogue, in the background of a load. */
  columnsMs: number;
  columnsMb: number;
  /** From an expression as text to the set of items, none of its conditions seen before. */
  unseen: Latencies;
  /** The same again. */
  seen: Latencies;
  /** The bias written from a set, with one boost, and put back. */
  bias: Latencies;
}

const NOW_MS = Date.UTC(2026, 10, 21);
/** Rounds that compile everything there is for the engine's own compiler; not counted. */
const WARM_UP = 200;

export async function benchRules(
  { items: count, seed }: { items: number; seed: number },
  progress: Progress,
): Promise<RulesReport> {
  const prng = createPrng(seed);
  progress.say(`${count} items`);
  const items = Array.from({ length: count }, (_, index) => randomItem(prng, index));
  const catalogue = await readCatalog(await writeCatalog(items));
  const begun = performance.now();
  const columns = await catalogue.ruleColumns(async () => undefined);
  const columnsMs = performance.now() - begun;
  const space = new ItemSpace({
    base: new CompiledColumns(columns),
    extra: new CompiledColumns(EMPTY),
    extraIndex: new Uint32Array(0),
    size: count,
    availability: new Float32Array(count),
    indexOf: (itemId) => catalogue.idToIndex.get(itemId),
    idAt: (index) => catalogue.ids[index] as string,
  });
  const expressions = Math.min(1_000, Math.max(50, count / 20));
  const texts = Array.from({ length: expressions + WARM_UP }, () => JSON.stringify(randomRules(prng)));
  progress.say(`${expressions} expressions`);
  const ask = (text: string) => space.allowed(bound(text));
  const unseen = timed(texts, ask);
  // The newest: what was compiled long ago may have been forgotten.
  const again = texts.slice(-100);
  for (const text of again) ask(text);
  const seen = timed([...again, ...again, ...again], ask);
  return {
    items: count,
    expressions,
    columnsMs: Math.round(columnsMs),
    columnsMb: Math.round(columns.bytes / 1e5) / 10,
    unseen: latenciesOf(unseen.slice(WARM_UP)),
    seen: latenciesOf(seen.slice(100)),
    bias: latenciesOf((await biasTimes(space, again)).slice(WARM_UP)),
  };
}

function timed<T>(values: readonly T[], action: (value: T) => unknown): number[] {
  return values.map((value) => {
    const begun = performance.now();
    action(value);
    return performance.now() - begun;
  });
}

async function biasTimes(space: ItemSpace, texts: readonly string[]): Promise<number[]> {
  const pool = createBiasPool(new Float32Array(space.size));
  const sets = texts.map((text) => space.allowed(bound(text)));
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + 500; round++) {
    const [set, boosted] = [sets[round % sets.length], sets[(round + 1) % sets.length]];
    if (set === undefined || boosted === undefined) break;
    const begun = performance.now();
    await pool.blank(async (bias) => new BiasDraft(bias, set).addAll(boosted, 0.5));
    times.push(performance.now() - begun);
  }
  return times;
}

function bound(text: string): Bound {
  const rules = parseRules({ filter: JSON.parse(text) });
  const where = rules.ok ? rules.value.filters[0]?.where : undefined;
  if (where === undefined) throw new Error(`${text} is no expression`);
  return bindRule(where, { nowMs: NOW_MS, visitor: {}, interactions: [], typeCodeOf: eventTypeCode });
}

const WORDS = ["walnut", "desk", "lamp", "chair", "oak", "shelf", "linen", "steel", "rug", "mirror"];

function randomItem(prng: Prng, index: number): CatalogItem {
  return {
    item_id: `item-${index}`,
    title: `${prng.pick(WORDS)} ${prng.pick(WORDS)} ${index}`,
    brand: `brand-${prng.int(400)}`,
    categories: [`category-${prng.int(60)}`, `group-${prng.int(8)}`],
    tags: [`tag-${prng.int(200)}`, `tag-${prng.int(200)}`],
    price: prng.int(50_000) / 100,
    stock: 1 + prng.int(50),
    published_at: NOW_MS - prng.int(365) * DAY_MS,
    attributes: {
      size: prng.pick(["S", "M", "L", "XL"]),
      weight: prng.int(1_000),
      lat: 47 + 8 * prng.next(),
      lon: 6 + 9 * prng.next(),
    },
    popularity: prng.int(1_000),
  };
}

/** What placements of a shop ask for: two to four conditions, of values that hardly come twice. */
function randomRules(prng: Prng): object {
  const price = prng.int(40_000) / 100;
  const kinds: (() => object)[] = [
    () => ({ price: { gte: price, lt: price + 50 } }),
    () => ({ categories: { any: [`category-${prng.int(60)}`, `category-${prng.int(60)}`] } }),
    () => ({ not: { tags: { any: [`tag-${prng.int(200)}`, `tag-${prng.int(200)}`] } } }),
    () => ({ brand: { in: Array.from({ length: 5 }, () => `brand-${prng.int(400)}`) } }),
    () => ({ published_at: { gte: { ago: `${1 + prng.int(8_000)}h` } } }),
    () => ({ "attributes.weight": { lt: prng.next() * 1_000 } }),
    () => ({ "attributes.size": { ne: prng.pick(["S", "M", "L", "XL"]) } }),
    () => ({ title: { contains: `${prng.pick(WORDS)} ${prng.int(100)}` } }),
    () => ({ geo: { near: { lat: 47 + 8 * prng.next(), lon: 10 }, within_km: 50 + prng.int(200) } }),
  ];
  const parts = Array.from({ length: 2 + prng.int(3) }, () => prng.pick(kinds)());
  return prng.next() < 0.7 ? { and: parts } : { or: parts };
}

const EMPTY = {
  size: 0,
  bytes: 0,
  ids: [],
  idToRow: new Map<string, number>(),
  column: () => undefined,
};

export function printRules(report: RulesReport): string {
  const line = (name: string, { p50Ms, p95Ms, p99Ms }: Latencies) =>
    `${name.padEnd(28)} p50 ${p50Ms} ms   p95 ${p95Ms} ms   p99 ${p99Ms} ms`;
  return [
    `${report.items} items: columns of ${report.columnsMb} MB in ${report.columnsMs} ms`,
    line(`${report.expressions} unseen expressions`, report.unseen),
    line("seen ones", report.seen),
    line("bias written and put back", report.bias),
  ].join("\n");
}
