import { beforeAll, describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import {
  type Content,
  ContentBuilder,
  compareRanks,
  createDataset,
  type Dataset,
  findLeaks,
  type LastOut,
  type Metric,
  popularity,
  rankCases,
  refitSlice,
  type Study,
  shuffleItems,
  splitLastOut,
  studySlice,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { fitModel } from "../contracts/learner.ts";

const engine = nodeEngine();
const yieldTo = async () => {};
const ITEMS = 120;
const RANKED = { historyMax: 20, contentWidth: 4 };

/**
 * Users walk through a catalogue from neighbour to neighbour, at times jumping to the front of it, where the popular items are: what
 * comes next is there to be learned.
 */
function walks(): Dataset {
  const prng = createPrng("walks");
  const rows = Array.from({ length: 400 }, (_, user) => {
    let item = prng.int(ITEMS);
    return Array.from({ length: 8 }, (_, step) => {
      item = prng.next() < 0.6 ? (item + 1) % ITEMS : Math.floor(ITEMS * prng.next() ** 3);
      return { userId: `u${user}`, itemId: `i${item}`, timeMs: step * 1_000, weight: 1, typeCode: 1 };
    });
  });
  return createDataset(rows.flat());
}

function storeInMemory() {
  const objects = new Map<string, Uint8Array>();
  return {
    read: async (name: string) => objects.get(name)?.slice() ?? null,
    write: async (name: string, bytes: Uint8Array) => void objects.set(name, bytes.slice()),
  };
}

/** Chosen by a study on validation, fitted, and compared with popularity on the test. */
async function measure({ fit, validation, test }: LastOut) {
  const request = { seed: 1, budgetSeconds: 2, learners: ["linear"], refits: 1, ...RANKED };
  const ports = { engine, yieldTo, store: storeInMemory(), sliceSeconds: 1_000 };
  const studied = await studySlice({ fit, validation }, request, ports);
  if (!studied.done) throw new Error("a slice of this length is never used up");
  const refitted = await refitSlice(fit, studied.study.chosen, request, ports, "test");
  if (!refitted.done) throw new Error("a slice of this length is never used up");
  const prior = await fitModel(popularity, engine, { dataset: fit });
  const ranks = {
    model: await rankCases(engine, refitted.model.onnx, test, RANKED, yieldTo),
    popularity: await rankCases(engine, prior.onnx, test, RANKED, yieldTo),
  };
  const metrics = await compareRanks(ranks, test.users, 1, yieldTo);
  return metrics["ndcg@10"] as Metric;
}

describe("the whole path from rows to figures", () => {
  let honest: Metric;
  const split = splitLastOut(walks());

  beforeAll(async () => {
    honest = await measure(split);
  }, 120_000);

  it("finds what is there to be learned", () => {
    expect(honest.difference.low).toBeGreaterThan(0.2);
  });

  it("finds no more than popularity when the items are dealt out anew", async () => {
    const shuffled = await measure(splitLastOut(shuffleItems(walks(), 1)));
    expect(shuffled.difference).toEqual({ value: 0, low: 0, high: 0 });
  }, 120_000);

  it("gains by rows of the test, and says that it had them", async () => {
    const all = shuffleItems(walks(), 1);
    const shuffled = splitLastOut(all);
    const planted = await measure({ fit: all, validation: shuffled.test, test: shuffled.test });
    const honestly = await measure(shuffled);
    expect(planted.model.value).toBeGreaterThan(honestly.model.value + 0.02);
    expect(findLeaks(all, shuffled.test).length).toBeGreaterThan(0);
    expect(findLeaks(shuffled.fit, shuffled.test)).toEqual([]);
  }, 120_000);
});

describe("what a study of all learners and of content chooses", () => {
  /** Neighbours are alike: each item says where about in the catalogue it stands. */
  function contentOf({ itemIds }: Dataset): Content {
    const content = new ContentBuilder(itemIds.length, RANKED.contentWidth);
    for (const id of itemIds) {
      const quarter = Math.floor((RANKED.contentWidth * Number(id.slice(1))) / ITEMS);
      content.add(new Float32Array(RANKED.contentWidth).fill(0).fill(0.5, quarter, quarter + 1));
    }
    return content.build();
  }

  async function choice(dataset: Dataset, seed: number): Promise<Study> {
    const { fit, validation } = splitLastOut(dataset);
    const request = { seed, budgetSeconds: 8, refits: 1, ...RANKED, content: contentOf(dataset) };
    const ports = { engine, yieldTo, store: storeInMemory(), sliceSeconds: 1_000 };
    const studied = await studySlice({ fit, validation }, request, ports);
    if (!studied.done) throw new Error("a slice of this length is never used up");
    return studied.study;
  }

  it("is a learner where there is something to be learned", async () => {
    const { chosen, reason } = await choice(walks(), 1);
    expect(chosen.parts.some(({ learner }) => learner !== "popularity")).toBe(true);
    expect(reason).toMatch(/exceeds .* by [\d.]+ standard errors/);
  }, 120_000);

  it.each([1, 2, 3, 4])(
    "is popularity alone when the items are dealt out anew (%i)",
    async (seed) => {
      const { chosen, figures, reason } = await choice(shuffleItems(walks(), seed), seed);
      expect(Object.keys(figures).length).toBeGreaterThan(2);
      expect(chosen.parts.map(({ learner }) => learner)).toEqual(["popularity"]);
      expect(chosen.contentWeight).toBe(0);
      expect(reason).toContain("no blend exceeds popularity by more than noise");
    },
    120_000,
  );
});
