import { describe, expect, it } from "vitest";
import { createPrng, HOUR_MS } from "../../src/base/index.ts";
import {
  LIST_NAMES,
  type PackedList,
  referrerGroup,
  segmentTrending,
  segmentValues,
  type TenantLists,
} from "../../src/features/index.ts";

const NIGHT_MS = Date.UTC(2026, 10, 21, 3, 59);
const itemIds = ["a", "b", "c", "d"];
const list = (scores: Record<string, number>): PackedList => ({
  at: Object.keys(scores).map((itemId) => itemIds.indexOf(itemId)),
  scores: Object.values(scores),
});

function listsOf(
  trending: Record<string, number>,
  segments: TenantLists["segments"] = {},
  others: Partial<TenantLists["lists"]> = {},
): TenantLists {
  const none = Object.fromEntries(LIST_NAMES.map((name) => [name, list({})])) as TenantLists["lists"];
  return {
    v: 1,
    createdAtMs: NIGHT_MS,
    items: { itemIds, fields: { title: ["A", null, "C", "D"] } },
    lists: { ...none, trending_24h: list(trending), ...others },
    segments,
  };
}

const scoresOf = (lists: TenantLists, visitor: Parameters<typeof segmentTrending>[1], limit = 10) =>
  segmentTrending(lists, visitor, limit).map(({ itemId, score }) => [itemId, Number(score.toFixed(6))]);

describe("trending of segments", () => {
  it("is the whole's shares where nothing is known of the visitor, or of the segment", () => {
    const lists = listsOf({ a: 6, b: 2 }, { country: [{ value: "DE", total: 200, ...list({ b: 200 }) }] });
    const whole = [
      ["a", 0.75],
      ["b", 0.25],
    ];
    expect(scoresOf(lists, {})).toEqual(whole);
    expect(scoresOf(lists, { country: "FR", device: "mobile", nowMs: NIGHT_MS, referrer: "" })).toEqual(
      whole,
    );
    expect(segmentTrending(lists, {}, 1)).toEqual([{ itemId: "a", score: 0.75, fields: { title: "A" } }]);
  });

  it("shrinks a segment towards the whole: 200 interactions weigh as much as it", () => {
    const of = (total: number) =>
      listsOf({ a: 1 }, { country: [{ value: "DE", total, ...list({ b: total }) }] });
    expect(scoresOf(of(200), { country: "DE" })).toEqual([
      ["a", 0.5],
      ["b", 0.5],
    ]);
    expect(scoresOf(of(600), { country: "DE" })).toEqual([
      ["b", 0.75],
      ["a", 0.25],
    ]);
    expect(scoresOf(of(2), { country: "DE" })[0]).toEqual(["a", 0.990099]);
  });

  it("is the mean over the dimensions that are known", () => {
    const lists = listsOf(
      { a: 1 },
      {
        country: [{ value: "DE", total: 200, ...list({ b: 200 }) }],
        device: [{ value: "mobile", total: 600, ...list({ c: 300 }) }],
        hour: [{ value: "0", total: 0, ...list({}) }],
        referrer: [{ value: "search", total: 200, ...list({ b: 100, d: 100 }) }],
      },
    );
    // b: (1/2 + 1/4) / 3; c: 3/4 · 1/2 / 3; d: 1/4 / 3; the whole has what is left.
    expect(scoresOf(lists, { country: "DE", device: "mobile", referrer: "https://google.de" })).toEqual([
      ["a", Number((1 - 1.75 / 3).toFixed(6))],
      ["b", 0.25],
      ["c", 0.125],
      ["d", 0.083333],
    ]);
    expect(scoresOf(lists, { nowMs: NIGHT_MS, country: "DE" })[0]).toEqual(["a", 0.75]);
  });

  it("takes the shortest window that has anything for the whole, and is empty without any", () => {
    expect(scoresOf(listsOf({}, {}, { trending_7d: list({ c: 3 }), popular: list({ a: 9 }) }), {})).toEqual([
      ["c", 1],
    ]);
    expect(scoresOf(listsOf({}), { country: "DE" })).toEqual([]);
    const onlySegment = listsOf({}, { country: [{ value: "DE", total: 200, ...list({ b: 200 }) }] });
    expect(scoresOf(onlySegment, { country: "DE" })).toEqual([["b", 0.5]]);
  });

  it("falls along the list, has each item once, sums to at most 1, and orders equal ones by id", () => {
    const prng = createPrng(4);
    const random = () =>
      list(Object.fromEntries(itemIds.filter(() => prng.next() < 0.7).map((id) => [id, 1 + prng.int(3)])));
    for (let round = 0; round < 200; round++) {
      const segment = (value: string) => [{ value, total: 15 + prng.int(500), ...random() }];
      const lists = {
        ...listsOf({}, { country: segment("DE"), hour: segment("0") }),
        lists: { ...listsOf({}).lists, trending_24h: random() },
      };
      const answer = segmentTrending(lists, { country: "DE", nowMs: NIGHT_MS }, 10);
      const sum = answer.reduce((total, { score }) => total + score, 0);
      expect(sum).toBeLessThan(1 + 1e-9);
      expect(new Set(answer.map(({ itemId }) => itemId)).size).toBe(answer.length);
      for (const [rank, { itemId, score }] of answer.entries()) {
        const next = answer[rank + 1];
        if (next !== undefined)
          expect(score > next.score || (score === next.score && itemId < next.itemId)).toBe(true);
      }
    }
  });
});

describe("the values of a visitor", () => {
  it("has six parts of the day in UTC, and null for what is not known", () => {
    expect(segmentValues({})).toEqual({ country: null, device: null, hour: null, referrer: null });
    const parts = Array.from(
      { length: 24 },
      (_, hour) => segmentValues({ nowMs: NIGHT_MS + hour * HOUR_MS }).hour,
    );
    expect(parts.join("")).toBe("011112222333344445555000");
  });

  it.each([
    [undefined, null],
    ["", "direct"],
    [" ", "direct"],
    ["https://www.google.co.uk/search?q=a", "search"],
    ["https://duckduckgo.com/", "search"],
    ["google.com", "search"],
    ["https://l.facebook.com/l.php?u=x", "social"],
    ["https://t.co/abc", "social"],
    ["android-app://com.reddit.frontpage/", "social"],
    ["https://mail.google.com/mail/u/0", "email"],
    ["https://outlook.live.com/", "email"],
    ["https://WWW.Blog.example:8080/post", "blog.example"],
    ["https://user@shop.example/x", "shop.example"],
    ["https://notgoogle.example/", "notgoogle.example"],
    ["nonsense", null],
    ["search", null],
    ["///", null],
  ])("takes %j for %j", (referrer, group) => {
    expect(referrerGroup(referrer)).toBe(group);
  });
});
