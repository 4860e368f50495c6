import { expect, it } from "vitest";
import {
  differenceOf,
  differenceWords,
  overlapWords,
  versionTimeMs,
  whyPath,
} from "../../src/console/explore/lists.ts";
import { absenceWords, reasonWords } from "../../src/console/explore/words.ts";

const list = (...ids: string[]) => ids.map((item_id, at) => ({ item_id, rank: at + 1 }));

it("tells where an item stands against another list", () => {
  const beside = list("a", "b", "c", "d");
  const differences = list("d", "b", "a", "new").map((item) => differenceOf(item, beside));
  expect(differences).toEqual([3, 0, -2, "only"]);
  expect(differences.map(differenceWords)).toEqual(["3 places higher", null, "2 places lower", "only here"]);
  expect(differenceWords(1)).toBe("1 place higher");
});

it("tells how alike two lists are", () => {
  expect(overlapWords(list("a", "b"), list("a", "b"))).toBe("Both lists are the same.");
  expect(overlapWords(list("a", "b", "c"), list("a", "c"))).toBe(
    "2 of 3 items stand in both lists, 1 of them at the same place.",
  );
  expect(overlapWords(list(), list("a"))).toBe(
    "0 of 1 items stand in both lists, 0 of them at the same place.",
  );
});

it("asks for a user's list, or for that of somebody who has just looked at an item", () => {
  const query = (path: string) => Object.fromEntries(new URL(path, "https://shop.example").searchParams);
  const plain = query(whyPath({ kind: "user", id: "an&n" }, { scenario: "", model: "" }, ""));
  expect(plain).toMatchObject({ user_id: "an&n", timeout_ms: "2000" });
  expect(Object.keys(plain)).not.toContain("model_version");
  const chosen = { scenario: "home", model: "20261121T150954Z-1a2b3c4d" };
  expect(query(whyPath({ kind: "item", id: "sku-1" }, chosen, "sku-2"))).toMatchObject({
    ...{ recent: "sku-1", scenario: "home", model_version: chosen.model, items: "sku-2" },
  });
});

it("reads a version's time out of its name", () => {
  expect(versionTimeMs("20261121T150954Z-1a2b3c4d")).toBe(Date.UTC(2026, 10, 21, 15, 9, 54));
  expect(versionTimeMs("seed")).toBeNull();
});

it("says why in words: the strongest of the history, what rules did, the place without them", () => {
  const reasons = {
    ...{ rank: 2, rank_before: 7, pin: "hero" },
    boosts: [
      { name: "own", by: 0.5 },
      { name: "rotation", by: -1 },
    ],
    history: ["a", "b", "c", "d"].map((item_id, at) => ({ item_id, by: 1 - at / 10 })),
  };
  expect(reasonWords(reasons, (id) => id.toUpperCase())).toEqual([
    "because of A (+1.00), B (+0.90), C (+0.80)",
    "pinned by hero",
    "own lifts it by 0.50",
    "rotation holds it back by 1.00",
    "place 7 without rules",
  ]);
  expect(reasonWords({ rank: 1, rank_before: 1, boosts: [], history: [] }, String)).toEqual([]);
});

it("says why an item is missing", () => {
  expect(absenceWords("filter.not.dear", null)).toBe("the filter “not.dear” leaves it out");
  expect(absenceWords("filter", null)).toBe("a filter leaves it out");
  expect(absenceWords("cap.brand", 3)).toContain("brand");
  expect(absenceWords("rank", 14)).toContain("place 14");
  expect(absenceWords("rank", null)).toContain("1,000");
  expect(absenceWords("excluded", 1)).toContain("history");
});
