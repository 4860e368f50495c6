import { describe, expect, it } from "vitest";
import { createPrng } from "../../src/base/index.ts";
import { splitLastOut } from "../../src/learn/data/last-out.ts";
import {
  type Content,
  ContentBuilder,
  createDataset,
  type Dataset,
  readTold,
  refitSlice,
  STUDY_STAGE,
  type Study,
  type StudyRequest,
  type StudyStore,
  studySlice,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { rank } from "../contracts/graph.ts";

const engine = nodeEngine();
const ITEMS = 30;
const REQUEST: StudyRequest = { seed: 3, budgetSeconds: 100, refits: 1, historyMax: 20, contentWidth: 4 };

/** Walks of eight steps, i → i + 1 on a ring of 30 items, now and then a jump to a popular item. */
function walks(users: number): Dataset {
  const prng = createPrng("walks");
  const rows = Array.from({ length: users }, (_, user) => {
    let item = prng.int(ITEMS);
    return Array.from({ length: 8 }, (_, step) => {
      item = prng.next() < 0.2 ? prng.int(4) : (item + 1) % ITEMS;
      return { userId: `u${user}`, itemId: `i${item}`, timeMs: step * 1_000, weight: 1, typeCode: 1 };
    });
  });
  return createDataset(rows.flat());
}

const KINDS = 30;
const kindOf = (itemId: string) => Number(itemId.slice(1)) % KINDS;

/**
 * Each user finds two of the ten items of a kind after one of its best-sellers, which nobody looks for. Ten users more have had an
 * item of each kind.
 */
function sameKind(): Dataset {
  const prng = createPrng("same kind");
  const users = Array.from({ length: 300 }, (_, user) =>
    [10 + Math.floor(5 * prng.next() ** 2), prng.int(10), prng.int(10)].map(
      (place) => (user % KINDS) + KINDS * place,
    ),
  );
  const all = Array.from({ length: 10 }, (_, place) =>
    Array.from({ length: KINDS + 2 }, (_, kind) => (kind % KINDS) + KINDS * place),
  );
  const rows = [...users, ...all].map((items, user) =>
    items.map((item, step) => ({
      ...{ userId: `u${user}`, itemId: `i${item}`, timeMs: step * 1_000, weight: 1, typeCode: 1 },
    })),
  );
  return createDataset(rows.flat());
}

/** The kind of each item. */
function contentOf({ itemIds }: Dataset): Content {
  const content = new ContentBuilder(itemIds.length, KINDS);
  for (const itemId of itemIds)
    content.add(new Float32Array(KINDS).fill(1, kindOf(itemId), kindOf(itemId) + 1));
  return content.build();
}

const DATA = splitLastOut(walks(150));

function memoryStore(): StudyStore & { writes: number; dieAt: number } {
  const objects = new Map<string, Uint8Array>();
  const store = {
    writes: 0,
    dieAt: Number.POSITIVE_INFINITY,
    async read(name: string) {
      const bytes = objects.get(name);
      return bytes === undefined ? null : new Uint8Array(bytes);
    },
    async write(name: string, bytes: Uint8Array) {
      if (++store.writes === store.dieAt) throw new Error("killed");
      objects.set(name, bytes.slice());
    },
  };
  return store;
}

async function runStudy(
  store: StudyStore,
  { request = REQUEST, sliceSeconds = Number.POSITIVE_INFINITY, data = DATA } = {},
): Promise<{ study: Study; slices: number }> {
  for (let slices = 1; ; slices++) {
    const ports = { engine, store, sliceSeconds, yieldTo: async () => {} };
    const slice = await studySlice(data, request, ports);
    if (slice.done) return { study: slice.study, slices };
  }
}

/** All that does not say how the work was cut. */
function outcome({ chosen, figures, trials }: Study) {
  return { chosen, figures, trials: trials.map(({ workSeconds, ...trial }) => trial) };
}

function secondsOf({ trials }: Study): number {
  return trials.reduce((sum, { workSeconds }) => sum + workSeconds, 0);
}

describe("a study", () => {
  it("finds the learner that knows what follows, and says by how much", async () => {
    const store = memoryStore();
    const { study } = await runStudy(store, { request: { ...REQUEST, learners: ["linear"] } });
    expect((await readTold(store)).study).toEqual(study);
    expect(study.chosen.parts.map(({ learner }) => learner)).toContain("linear");
    expect(study.figures.linear).toBeGreaterThan(1.3 * (study.figures.popularity as number));
    expect(study.trials.length).toBeGreaterThan(5);
    expect(Math.max(...study.trials.map(({ rung }) => rung))).toBe(2);
  });

  it("comes to the same end in many slices, and from a kill at any of its writes", async () => {
    const request = { ...REQUEST, learners: ["linear"] };
    const whole = memoryStore();
    const { study } = await runStudy(whole, { request });
    const sliced = await runStudy(memoryStore(), { request, sliceSeconds: 1e-6 });
    expect(sliced.slices).toBeGreaterThan(5);
    expect(outcome(sliced.study)).toEqual(outcome(study));
    // What a trial cost is told in full, also where it began in an earlier slice.
    expect(secondsOf(sliced.study)).toBeGreaterThanOrEqual(0.99 * secondsOf(study));
    for (let dieAt = 1; dieAt <= whole.writes; dieAt += 7) {
      const store = memoryStore();
      store.dieAt = dieAt;
      await expect(runStudy(store, { request })).rejects.toThrow("killed");
      expect(outcome((await runStudy(store, { request })).study)).toEqual(outcome(study));
    }
  });

  it("leaves out what its budget cannot pay, and ends with popularity when it can pay nothing else", async () => {
    const { study } = await runStudy(memoryStore(), { request: { ...REQUEST, budgetSeconds: 1e-6 } });
    expect(study.chosen.parts.map(({ learner }) => learner)).toEqual(["popularity"]);
    expect(study.reason).toMatch(/; linear was left out: it needs a budget of \d+ s, there are 0.000001/);
  });

  it("refuses a learner that does not exist", async () => {
    await expect(runStudy(memoryStore(), { request: { ...REQUEST, learners: ["magic"] } })).rejects.toThrow(
      "magic",
    );
  });

  it("hands on its own parts at the stage of the study, and fits others for other rows", async () => {
    const store = memoryStore();
    const request = { ...REQUEST, learners: ["linear"] };
    const { study } = await runStudy(store, { request });
    const ports = { engine, store, sliceSeconds: Number.POSITIVE_INFINITY, yieldTo: async () => {} };
    const { writes } = store;
    const own = await refitSlice(DATA.fit, study.chosen, request, ports, STUDY_STAGE);
    expect(store.writes).toBe(writes + 1);
    const all = await refitSlice(DATA.test.dataset, study.chosen, request, ports, "all");
    if (!own.done || !all.done) throw new Error("one slice without limit is enough");
    expect(all.model.parameters).toEqual(own.model.parameters);
    expect(all.model.onnx).not.toEqual(own.model.onnx);
  });

  it("assembles a model where content alone is best, with popularity for those who have no history", async () => {
    const data = splitLastOut(sameKind());
    const request = { ...REQUEST, learners: ["linear"], contentWidth: KINDS, content: contentOf(data.fit) };
    const store = memoryStore();
    const { chosen } = (await runStudy(store, { request, data })).study;
    expect(chosen.parts).toEqual([{ learner: "popularity", parameters: expect.anything(), weight: 0.01 }]);
    expect(chosen.contentWeight).toBe(1);
    const ports = { engine, store, sliceSeconds: Number.POSITIVE_INFINITY, yieldTo: async () => {} };
    const refit = await refitSlice(data.fit, chosen, request, ports, "all");
    if (!refit.done) throw new Error("one slice without limit is enough");
    const { itemIds, items } = data.fit;
    const rows = itemIds.map((_, item) => items.filter((one) => one === item).length);
    const [known, unknown] = await rank(engine, refit.model, { histories: [[7], []], k: 10 });
    const kinds = known?.items.map((item) => kindOf(itemIds[item] as string));
    expect(new Set(kinds)).toEqual(new Set([kindOf(itemIds[7] as string)]));
    expect(rows[unknown?.items[0] as number]).toBe(Math.max(...rows));
  });

  it("keeps the losses of what is trained in passes, over all slices of the fit", async () => {
    const part = { learner: "transformer", parameters: { width: 16, epochs: 4, window: 8 }, weight: 1 };
    const chosen = { parts: [part], contentWeight: 0 };
    const train = async (sliceSeconds: number) => {
      const store = memoryStore();
      const ports = { engine, store, sliceSeconds, yieldTo: async () => {} };
      let slices = 1;
      while (!(await refitSlice(DATA.fit, chosen, REQUEST, ports, "all")).done) slices++;
      return { slices, losses: (await readTold(store)).lossesOf("all", part) };
    };
    const whole = await train(Number.POSITIVE_INFINITY);
    expect(whole.losses).toHaveLength(4);
    expect(whole.losses?.[3]).toBeLessThan(whole.losses?.[0] ?? 0);
    const sliced = await train(0.005);
    expect(sliced.slices).toBeGreaterThan(3);
    expect(sliced.losses).toEqual(whole.losses);
  });
});
