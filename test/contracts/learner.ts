import { expect, it } from "vitest";
import { createPrng, type Engine } from "../../src/base/index.ts";
import {
  assembleModel,
  type Content,
  ContentBuilder,
  createDataset,
  createPace,
  type Dataset,
  type FitOptions,
  type FitPorts,
  type FittedModel,
  type FittedPart,
  foldContent,
  type InteractionRow,
  type Learner,
  type Parameters,
  shapeOf,
} from "../../src/learn/index.ts";

const DAY_MS = 86_400_000;
export const TOY_ITEMS = 12;
export const TOY_OPTIONS: FitOptions = { seed: 7, contentWidth: 4 };

/**
 * Two worlds of six items, the even and the odd ones, that no user ever mixes; within a world users walk in a circle,
 * i → i + 2. So after item i the right answer is i + 2, and no item of the other world is worth anything.
 */
export function toyRows(): InteractionRow[] {
  const prng = createPrng("toy");
  return Array.from({ length: 60 }, (_, user) => {
    const start = prng.int(TOY_ITEMS);
    return Array.from({ length: 3 }, (_, step) => ({
      userId: `u${String(user).padStart(2, "0")}`,
      itemId: toyId((start + 2 * step) % TOY_ITEMS),
      timeMs: user * DAY_MS + step * 60_000,
      weight: 1,
      typeCode: 1,
    }));
  }).flat();
}

export function toyDataset(): Dataset {
  return createDataset(
    toyRows(),
    Array.from({ length: TOY_ITEMS }, (_, item) => toyId(item)),
  );
}

/** Content that tells the worlds apart and nothing else. */
export function toyContent(): Content {
  const content = new ContentBuilder(TOY_ITEMS, TOY_OPTIONS.contentWidth);
  for (let item = 0; item < TOY_ITEMS; item++) {
    content.add(Float32Array.from({ length: TOY_OPTIONS.contentWidth }, (_, f) => (f === item % 2 ? 1 : 0)));
  }
  return content.build();
}

function toyId(item: number): string {
  return `i${String(item).padStart(2, "0")}`;
}

/** Ports whose slice ends after `sliceSeconds` of estimated work, over one checkpoint. */
export function fitPorts(engine: Engine, sliceSeconds?: number, kept: { bytes?: Uint8Array } = {}): FitPorts {
  return {
    engine,
    pace: createPace(async () => {}, sliceSeconds),
    checkpoint: {
      read: async () => (kept.bytes === undefined ? null : new Uint8Array(kept.bytes)),
      write: async (bytes) => {
        kept.bytes = bytes.slice();
      },
    },
  };
}

/** The part alone, as a model of the contract. */
export async function fitModel(
  learner: Learner,
  engine: Engine,
  {
    dataset = toyDataset(),
    parameters = startOf(learner, dataset),
    content,
    contentWeight = 0,
  }: { dataset?: Dataset; parameters?: Parameters; content?: Content; contentWeight?: number } = {},
): Promise<FittedModel> {
  const { contentWidth } = TOY_OPTIONS;
  const dense = content === undefined ? {} : { content: foldContent(content, contentWidth) };
  const ports = fitPorts(engine);
  const part = await learner.fit(dataset, parameters, { ...TOY_OPTIONS, ...dense }, ports);
  if (part === null) throw new Error("a slice without limit is never used up");
  const data = { dataset, contentWidth, ...(content === undefined ? {} : { content }) };
  return assembleModel({ parts: [{ part, weight: 1 }], contentWeight }, data, ports);
}

/** The first guess of each ladder. */
export function startOf(learner: Learner, dataset: Dataset): Parameters {
  const ladders = learner.ladders(shapeOf(dataset, { maskSeen: true }));
  return Object.fromEntries(ladders.map(({ name, values, start }) => [name, values[start] as number]));
}

/** What training counts on, of any learner. */
export function learnerContract(learner: Learner, engine: () => Engine): void {
  it("gives equal bytes for equal rows in another order", async () => {
    const first = await fitModel(learner, engine());
    const shuffled = createDataset(createPrng(1).shuffle(toyRows()), toyDataset().itemIds);
    const second = await fitModel(learner, engine(), { dataset: shuffled });
    expect(second.onnx).toEqual(first.onnx);
  });

  it("gives equal bytes however it is sliced", async () => {
    const parameters = startOf(learner, toyDataset());
    const whole = await learner.fit(toyDataset(), parameters, TOY_OPTIONS, fitPorts(engine()));
    const kept = {};
    let sliced: FittedPart | null = null;
    for (let slices = 0; sliced === null && slices < 500; slices++) {
      sliced = await learner.fit(toyDataset(), parameters, TOY_OPTIONS, fitPorts(engine(), 0.02, kept));
    }
    expect(sliced).toEqual(whole);
  });

  it("says what it made", async () => {
    const parameters = startOf(learner, toyDataset());
    const part = await learner.fit(toyDataset(), parameters, TOY_OPTIONS, fitPorts(engine()));
    expect(part).toMatchObject({ learner: learner.name, itemCount: TOY_ITEMS, parameters });
    expect(Object.values(parameters).every(Number.isFinite)).toBe(true);
  });

  it("has ladders in order of size, with a start on each, and an estimate that is a number", () => {
    const shape = shapeOf(toyDataset(), { maskSeen: true });
    for (const { values, start } of learner.ladders(shape)) {
      expect(values[start]).toBeDefined();
      expect(new Set(values).size).toBe(values.length);
    }
    expect(learner.workSeconds(shape, startOf(learner, toyDataset()))).toBeGreaterThan(0);
  });

  it("reports progress that never falls and ends at 1", async () => {
    const fractions: number[] = [];
    const options = { ...TOY_OPTIONS, onProgress: (fraction: number) => fractions.push(fraction) };
    await learner.fit(toyDataset(), startOf(learner, toyDataset()), options, fitPorts(engine()));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it("fits a single interaction without failing", async () => {
    const model = await fitModel(learner, engine(), { dataset: createDataset(toyRows().slice(0, 1)) });
    expect(model.itemCount).toBe(1);
  });
}
