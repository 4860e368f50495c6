import { describe, expect, it } from "vitest";
import {
  coldCases,
  contentKnnModel,
  createDataset,
  holdOutItems,
  lastCases,
  rankCases,
} from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";

const users = Array.from({ length: 30 }, (_, user) =>
  Array.from({ length: 5 }, (_, step) => `i${(user + step * 3) % 20}`),
);
const dataset = createDataset(
  users.flatMap((items, user) =>
    items.map((itemId, step) => ({
      userId: `u${String(user).padStart(2, "0")}`,
      itemId,
      timeMs: step * 1_000,
      weight: 1,
      typeCode: 1,
    })),
  ),
);

describe("items held out whole", () => {
  const held = holdOutItems(dataset, 0.2, 1);
  const cases = lastCases(dataset);
  const { full, among } = coldCases(cases, held);
  const idOf = (row: number) => full.dataset.itemIds[full.dataset.items[row] as number] as string;

  it("leave no row behind, and stand behind the others", () => {
    expect(held.from).toBe(16);
    expect(held.dataset.itemIds).toHaveLength(16);
    expect(Math.max(...held.dataset.items)).toBeLessThan(16);
    expect(full.dataset.itemIds.slice(0, 16)).toEqual(held.dataset.itemIds);
    expect([...full.dataset.itemIds].sort()).toEqual([...dataset.itemIds].sort());
  });

  it("are still to be found, from histories without them", () => {
    expect(full.targetRows).toHaveLength(cases.targetRows.length);
    const heldIds = new Set(full.dataset.itemIds.slice(16));
    for (const [place, user] of full.users.entries()) {
      const target = full.targetRows[place] as number;
      expect(idOf(target)).toBe(users[user]?.[4]);
      const start = full.dataset.userStart[user] as number;
      const history = Array.from({ length: (full.historyEnds[place] as number) - start }, (_, i) =>
        idOf(start + i),
      );
      expect(history).toEqual(users[user]?.slice(0, 4).filter((id) => !heldIds.has(id)));
    }
    const coldTargets = users.filter((items) => heldIds.has(items[4] as string)).length;
    expect(among.targetRows).toHaveLength(coldTargets);
    expect(among.known.indexOf(1)).toBe(16);
  });

  it("are drawn by the seed", () => {
    expect(holdOutItems(dataset, 0.2, 1)).toEqual(held);
    expect(holdOutItems(dataset, 0.2, 2).places).not.toEqual(held.places);
  });
});

describe("neighbours by content", () => {
  it("put first what is most like the history", async () => {
    // Items 0 to 3 lie on a quarter of a circle.
    const angles = [0, 0.3, 0.9, 1.5];
    const vectors = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
    const walk = createDataset(
      ["0", "3", "1"].map((itemId, step) => ({ userId: "u", itemId, timeMs: step, weight: 1, typeCode: 1 })),
      ["0", "1", "2", "3"],
    );
    const ranked = { historyMax: 10, contentWidth: 2 };
    const ranks = async (onnx: Uint8Array) =>
      rankCases(
        nodeEngine(),
        onnx,
        { ...lastCases(walk), historyEnds: Uint32Array.of(1) },
        ranked,
        async () => {},
      );
    // After item 0, item 1 is nearest: rank 1.
    expect([...(await ranks(contentKnnModel(vectors, 2)))]).toEqual([1]);
  });
});
