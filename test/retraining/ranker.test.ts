import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, HISTORY_MAX, MINUTE_MS } from "../../src/base/index.ts";
import { LATE_FEATURES } from "../../src/catalogue/index.ts";
import { makeUuidV7, type StoredEvent, type StoredItem } from "../../src/events/index.ts";
import { assembleModel, createPace, popularity } from "../../src/learn/index.ts";
import { SETTINGS_DEFAULT } from "../../src/registry/index.ts";
import { decodeDataset } from "../../src/retraining/dataset-file.ts";
import { trainRanker } from "../../src/retraining/index.ts";
import { readData } from "../../src/retraining/read.ts";
import { splitData } from "../../src/retraining/split.ts";
import { openWorkspace } from "../../src/retraining/workspace.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { params, ports, steps } from "./runs.ts";
import { itemId, NOW_MS } from "./shop-events.ts";

const ITEMS = 150;
const GROUPS = 6;

/** People who stay with one group of items, or (`fickle`) with none; every second look comes from a list that was shown. */
function shoppers(isFickle: boolean): { events: StoredEvent[]; items: StoredItem[] } {
  const prng = createPrng(`ranker-shop/${isFickle}`);
  const events: StoredEvent[] = [];
  for (let user = 0; user < 360; user++) {
    const group = prng.int(GROUPS);
    for (let look = 0; look < 14; look++) {
      const atMs = Math.floor(NOW_MS - prng.next() * 30 * DAY_MS);
      const drawn = isFickle ? prng.int(ITEMS) : group + GROUPS * prng.int(ITEMS / GROUPS);
      const add = (fields: Pick<StoredEvent, "type" | "occurred_at"> & Partial<StoredEvent>) =>
        events.push({
          event_id: makeUuidV7(
            NOW_MS,
            Uint8Array.from({ length: 10 }, () => prng.int(256)),
          ),
          tenant: "shop",
          user_id: `user-${user}`,
          session_id: `session-${user}-${look}`,
          sent_at: NOW_MS,
          received_at: NOW_MS,
          consent: "granted",
          is_bot: false,
          ...fields,
        });
      if (look % 2 === 0) {
        const others = Array.from({ length: 7 }, () => prng.int(ITEMS));
        const items = [...new Set([...others, drawn])].map((item, position) => ({
          item_id: itemId(item),
          position,
        }));
        add({ type: "impression", occurred_at: atMs - MINUTE_MS, items });
      }
      add({ type: "click", occurred_at: atMs, item_id: itemId(drawn) });
    }
  }
  const items = Array.from({ length: ITEMS }, (_, index) => ({
    item_id: itemId(index),
    categories: [`group-${index % GROUPS}`],
    price: 10 + index,
    published_at: NOW_MS - 90 * DAY_MS,
    updated_at: NOW_MS,
  }));
  return { events, items };
}

/** A run up to the evaluated model, which is popularity: what a ranker may know more is whose item it is. */
async function beginRun(isFickle: boolean) {
  const store = memoryObjectStore();
  await landShop(store, shoppers(isFickle));
  await makeCurrent(store);
  const given = { ...params(), settings: SETTINGS_DEFAULT };
  const runPorts = ports(store);
  const workspace = openWorkspace(runPorts, given);
  const read = await readData(runPorts, given, workspace);
  if ("unreadable" in read) throw new Error(read.unreadable);
  const split = await splitData(given, workspace);
  const dataset = decodeDataset(await workspace.read("train.bin"));
  const options = { seed: 1, historyMax: HISTORY_MAX, contentWidth: LATE_FEATURES };
  const fitPorts = {
    engine: runPorts.engine,
    pace: createPace(async () => {}),
    checkpoint: { read: async () => null, write: async () => {} },
  };
  const part = await popularity.fit(dataset, { decayDays: 30 }, options, fitPorts);
  if (part === null) throw new Error("popularity is fitted in one slice");
  const parts = [{ part, weight: 1 }];
  const data = { dataset, contentWidth: LATE_FEATURES };
  const { onnx } = await assembleModel({ parts, contentWeight: 0 }, data, fitPorts);
  await workspace.write("evaluated.onnx", onnx);
  const task = { snapshots: read.snapshots, cutMs: split.cutMs };
  return { context: { ports: runPorts, params: given, workspace }, task };
}

/** Three fits of some hundred trees; much less on a machine that has nothing else to do. */
const TIMEOUT_MS = 180_000;

describe("the step of the ranker", { timeout: TIMEOUT_MS }, () => {
  it("attaches one that is better on newer lists, with what serving needs, and gives the same bytes again", async () => {
    const { context, task } = await beginRun(false);
    const { card } = await trainRanker({ ...context, step: steps() }, task);
    expect(card).toMatchObject({
      attached: true,
      reason: expect.stringContaining("better than retrieval's order"),
    });
    expect(card.metrics["candidates.ndcg@10"]?.difference.low).toBeGreaterThan(0);
    expect(card.metrics["shown.ndcg@10"]?.difference.low).toBeGreaterThan(0);
    const [first, second, ...others] = card.features.map(({ name }) => name);
    expect([first, second]).toEqual(["retrieval_score", "retrieval_place"]);
    expect(others).toContain("category_affinity");
    const files = ["ranker.onnx", "ranker-items.bin"];
    const read = () => Promise.all(files.map((name) => context.workspace.read(name)));
    const before = await read();
    const isKilled = new Set(["ranker-judge", "ranker-refit"]);
    const runner = steps((name) => isKilled.delete(name));
    for (const _ of files) {
      await expect(trainRanker({ ...context, step: runner }, task)).rejects.toThrow("killed");
    }
    expect((await trainRanker({ ...context, step: runner }, task)).card).toEqual(card);
    expect(await read()).toEqual(before);
  });

  it("attaches none where what people take cannot be known, and says so", async () => {
    const { context, task } = await beginRun(true);
    const { card } = await trainRanker({ ...context, step: steps() }, task);
    expect(card).toMatchObject({ attached: false, features: [] });
    expect(card.reason).toContain("not better than retrieval's order beyond doubt");
    expect(card.lists.judged).toBeGreaterThan(200);
  });

  it("says when the run has read no events", async () => {
    const { context } = await beginRun(true);
    const { card } = await trainRanker({ ...context, step: steps() }, { snapshots: {}, cutMs: 0 });
    expect(card).toMatchObject({ attached: false, reason: "the run has read no impressions" });
  });
});
