import { beforeAll, describe, expect, it } from "vitest";
import { catalogueOnnx, cataloguePart } from "../../scripts/bench/catalogue-model.ts";
import {
  assembleModel,
  type Content,
  ContentBuilder,
  createDataset,
  type Dataset,
  type FittedModel,
  type FittedPart,
  type Learner,
  linear,
  type ModelForm,
  type Parameters,
  popularity,
  transformer,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { graphContract, rank } from "../contracts/graph.ts";
import { fitPorts, TOY_ITEMS, TOY_OPTIONS, toyContent, toyDataset, toyRows } from "../contracts/learner.ts";

const engine = nodeEngine();

interface Toy {
  dataset: Dataset;
  content: Content;
}

const toy = (): Toy => ({ dataset: toyDataset(), content: toyContent() });

/** With a thirteenth item, of the even world by its content, that nobody has had. */
function toyWithUnseen(): Toy {
  const dataset = createDataset(toyRows(), [...toyDataset().itemIds, "unseen"]);
  const content = new ContentBuilder(TOY_ITEMS + 1, TOY_OPTIONS.contentWidth);
  for (let item = 0; item <= TOY_ITEMS; item++) content.add(Float32Array.of(1 - (item % 2), item % 2, 0, 0));
  return { dataset, content: content.build() };
}

async function fitToy(learner: Learner, parameters: Parameters, dataset: Dataset): Promise<FittedPart> {
  const part = await learner.fit(dataset, parameters, TOY_OPTIONS, fitPorts(engine));
  if (part === null) throw new Error("the fit was cut short");
  return part;
}

async function assembleToy(
  learners: [Learner, Parameters][],
  form: ModelForm,
  withContent: boolean,
  { dataset, content }: Toy = toy(),
): Promise<FittedModel> {
  const parts = [];
  for (const [learner, parameters] of learners) {
    parts.push({ part: await fitToy(learner, parameters, dataset), weight: 0.5 });
  }
  const data = { dataset, contentWidth: TOY_OPTIONS.contentWidth, form, ...(withContent ? { content } : {}) };
  return assembleModel({ parts, contentWeight: withContent ? 0.3 : 0 }, data, fitPorts(engine));
}

const LINEAR: [Learner, Parameters] = [
  linear,
  { orderFree: 0.1, ridge: 1, positionDecay: 2, ageDecayDays: 7 },
];
const TRANSFORMER: [Learner, Parameters] = [transformer, { width: 16, epochs: 2, window: 8 }];
const CASES: Record<string, { learners: [Learner, Parameters][]; form: ModelForm; content: boolean }> = {
  "popularity, large": { learners: [[popularity, { decayDays: 30 }]], form: "large", content: false },
  "linear, large": { learners: [LINEAR], form: "large", content: false },
  "transformer, large": { learners: [TRANSFORMER], form: "large", content: false },
  "a blend with content, large": { learners: [LINEAR, TRANSFORMER], form: "large", content: true },
  "linear, lean": { learners: [LINEAR], form: "lean", content: false },
  "transformer, lean": { learners: [TRANSFORMER], form: "lean", content: false },
  "a blend with content, lean": { learners: [LINEAR, TRANSFORMER], form: "lean", content: true },
  "transformer, indexed": { learners: [TRANSFORMER], form: "indexed", content: false },
};

for (const [name, { learners, form, content }] of Object.entries(CASES)) {
  describe(`the graph of ${name}`, () => {
    let model: FittedModel;
    beforeAll(async () => {
      model = await assembleToy(learners, form, content);
    });
    graphContract(async () => ({ engine, model }), { readsHistory: !name.startsWith("popularity") });
  });
}

describe("a blend with content, lean and large", () => {
  it("scores as the plain one does, items that nobody has had and late ones too", async () => {
    const request = { histories: [[0, 2], [5], []], late: 3, k: TOY_ITEMS + 1 + 3 };
    const learners: [Learner, Parameters][] = [LINEAR, [popularity, { decayDays: 0 }]];
    const lists = async (form: ModelForm, content: boolean) =>
      rank(engine, await assembleToy(learners, form, content, toyWithUnseen()), request);
    const plain = await lists("plain", true);
    for (const form of ["lean", "large"] as const) {
      const others = await lists(form, true);
      for (const [row, { items, scores }] of plain.entries()) {
        const other = others[row] ?? { items: [], scores: [] };
        for (const [place, item] of items.entries()) {
          const at = other.items.indexOf(item);
          expect(other.scores[at], `${form}, item ${item}`).toBeCloseTo(scores[place] as number, 3);
        }
      }
    }
    // Without content the same graph scores otherwise: what was compared is content's too.
    const [first] = await lists("plain", false);
    expect(first?.scores).not.toEqual(plain[0]?.scores);
  });
});

const ITEMS = 50_000;
const K = 100;

describe("a catalogue in clusters", () => {
  const models = {} as Record<ModelForm, FittedModel>;
  const histories = Array.from({ length: 8 }, (_, list) =>
    Array.from({ length: 10 }, (_, i) => (list * 7919 + i * 617) % ITEMS),
  );
  beforeAll(async () => {
    const part = await cataloguePart({ items: ITEMS, dims: 32, seed: 3 }, engine);
    for (const form of ["plain", "lean", "large", "indexed"] as const) {
      const onnx = await catalogueOnnx(part, form, engine);
      models[form] = { learner: "transformer", parameters: {}, itemCount: ITEMS, contentWidth: 1, onnx };
    }
  }, 120_000);
  const lists = (form: ModelForm, bias?: number[]) =>
    Promise.all(
      histories.map(async (history) => {
        const [row] = await rank(engine, models[form], { histories: [history], k: K, ...(bias && { bias }) });
        return row ?? { items: [], scores: [] };
      }),
    );
  const recall = (found: { items: number[] }[], wanted: { items: number[] }[]) => {
    const hits = found.map(
      ({ items }, row) => items.filter((item) => wanted[row]?.items.includes(item)).length,
    );
    return hits.reduce((sum, count) => sum + count, 0) / (K * found.length);
  };

  it("lists the same in few passes as in many", async () => {
    expect(recall(await lists("lean"), await lists("plain"))).toBeGreaterThanOrEqual(0.999);
  });

  it("takes a third of the bytes, and of the best 100 loses at most 3 % to int8", async () => {
    expect(models.large.onnx.byteLength).toBeLessThan(models.plain.onnx.byteLength / 2.5);
    expect(recall(await lists("large"), await lists("plain"))).toBeGreaterThanOrEqual(0.97);
  });

  it("finds at least 95 % of a scan's best 100 in its cells", async () => {
    const found = await lists("indexed");
    expect(recall(found, await lists("plain"))).toBeGreaterThanOrEqual(0.95);
    // They were found in cells, whose scores are scaled by a sample: a scan's are scaled by all.
    const scanned = await lists("large");
    const apart = found.map(({ scores }, row) => Math.abs((scores[0] ?? 0) - (scanned[row]?.scores[0] ?? 0)));
    expect(Math.max(...apart)).toBeGreaterThan(1e-3);
  });

  it("answers in full, and as a scan does, whatever a filter leaves", async () => {
    const bias = Array.from({ length: ITEMS }, (_, item) => (item % 97 === 0 ? 0 : Number.NEGATIVE_INFINITY));
    const found = await lists("indexed", bias);
    expect(found.every(({ scores }) => scores.every(Number.isFinite))).toBe(true);
    expect(recall(found, await lists("large", bias))).toBe(1);
  });

  it("lets a boost lift an item out of any cell", async () => {
    const far = 12_345;
    const bias = new Array(ITEMS).fill(0).with(far, 50);
    for (const { items } of await lists("indexed", bias)) expect(items[0]).toBe(far);
  });

  it("never gives what is excluded, though its cell is looked through", async () => {
    const [row] = await lists("indexed");
    const best = row?.items.slice(0, 5) ?? [];
    const bias = new Array(ITEMS).fill(0);
    for (const item of best) bias[item] = Number.NEGATIVE_INFINITY;
    const [without] = await lists("indexed", bias);
    expect(without?.items.some((item) => best.includes(item))).toBe(false);
    expect(without?.items.slice(0, 5)).toEqual(row?.items.slice(5, 10));
  });

  it("makes the same bytes of the same part", async () => {
    const part = await cataloguePart({ items: 2_000, dims: 16, seed: 5 }, engine);
    const [first, second] = [
      await catalogueOnnx(part, "indexed", engine),
      await catalogueOnnx(part, "indexed", engine),
    ];
    expect(first).toEqual(second);
  });
});
