import { expect, it } from "vitest";
import { createPrng, type Engine } from "../../src/base/index.ts";
import {
  createDataset,
  type Dataset,
  type FitOptions,
  type InteractionRow,
  type Learner,
} from "../../src/learn/index.ts";

const DAY_MS = 86_400_000;
export const TOY_ITEMS = 12;
export const TOY_OPTIONS: FitOptions = { seed: 7, historyMax: 20, contentWidth: 4 };

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
export function toyContent(): Float32Array {
  const content = new Float32Array(TOY_ITEMS * TOY_OPTIONS.contentWidth);
  for (let item = 0; item < TOY_ITEMS; item++) content[item * TOY_OPTIONS.contentWidth + (item % 2)] = 1;
  return content;
}

function toyId(item: number): string {
  return `i${String(item).padStart(2, "0")}`;
}

/** What training counts on, of any learner. */
export function learnerContract(learner: Learner, engine: () => Engine): void {
  const yieldTo = async () => {};

  it("gives equal bytes for equal rows in another order, and for a refit with what was chosen", async () => {
    const first = await learner.fit(toyDataset(), TOY_OPTIONS, engine(), yieldTo);
    const ids = toyDataset().itemIds;
    const shuffled = createDataset(createPrng(1).shuffle(toyRows()), ids);
    const second = await learner.fit(shuffled, TOY_OPTIONS, engine(), yieldTo);
    expect(second.onnx).toEqual(first.onnx);
    const refit = await learner.fit(
      toyDataset(),
      { ...TOY_OPTIONS, parameters: first.parameters },
      engine(),
      yieldTo,
    );
    expect(refit).toEqual(first);
  });

  it("says what it made", async () => {
    const model = await learner.fit(toyDataset(), TOY_OPTIONS, engine(), yieldTo);
    expect(model.learner).toBe(learner.name);
    expect(model.itemCount).toBe(TOY_ITEMS);
    expect(model.contentWidth).toBe(TOY_OPTIONS.contentWidth);
    expect(Object.values(model.parameters).every(Number.isFinite)).toBe(true);
  });

  it("reports progress that never falls and ends at 1", async () => {
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    await learner.fit(toyDataset(), { ...TOY_OPTIONS, onProgress }, engine(), yieldTo);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it("fits a single interaction without failing", async () => {
    const dataset = createDataset(toyRows().slice(0, 1));
    const model = await learner.fit(dataset, TOY_OPTIONS, engine(), yieldTo);
    expect(model.itemCount).toBe(1);
  });
}
