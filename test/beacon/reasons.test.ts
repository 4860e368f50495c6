import { expect, it } from "vitest";
import { answerSchema } from "../../src/serving/index.ts";
import { absenceOf, areOthers, reasonsFor } from "../../src/shop/reasons.ts";

const ITEM = { item_id: "a", rank: 2, source: "model", score: 1, rank_before: 2, boosts: [], history: [] };
const titleOf = (itemId: string) => `the ${itemId}`;
const words = (item: Partial<Parameters<typeof reasonsFor>[0]>) => reasonsFor({ ...ITEM, ...item }, titleOf);

it("names what of the history spoke for an item, the strongest first, and nothing that spoke against it", () => {
  const history = [
    { item_id: "lamp", by: 0.1 },
    { item_id: "rug", by: -2 },
    { item_id: "vase", by: 0.9 },
  ];
  expect(words({ history })).toEqual(["Because of what you looked at: the vase; the lamp."]);
});

it("has words for every source that an answer can name", () => {
  for (const source of answerSchema.shape.items.element.shape.source.options)
    expect(words({ source })[0], source).not.toContain("from the list");
});

it("tells what rules did, and where the item would stand without them", () => {
  const boosts = [
    { name: "rotation", by: -0.4 },
    { name: "sale", by: 0.5 },
  ];
  const told = words({ boosts, pin: "first", rank_before: 9 });
  expect(told.join(" ")).toMatch(
    /pin “first”.*shown it lately.*lifts it \(“sale”\).*place 9; here it is at 2/,
  );
});

it("tells why an item that is on the page would not be listed again", () => {
  expect(absenceOf({ reason: "rotation" }, false)).toMatch(/shown it since/);
  expect(absenceOf({ reason: "cap.brand" }, false)).toMatch(/Others of its kind/);
  expect(absenceOf({ reason: "filter.price" }, true)).toMatch(/rules of this list/);
  expect(absenceOf(undefined, false)).toMatch(/another one by now/);
  expect(absenceOf(undefined, true)).toMatch(/cannot be asked/);
});

it("knows reasons that are not those of the shopper whom the list was made for", () => {
  const message = "was ignored";
  expect(areOthers({ notices: [{ field: "user_id", message }] })).toBe(true);
  expect(areOthers({ notices: [{ field: "rules", message }] })).toBe(false);
  expect(areOthers({})).toBe(false);
});
