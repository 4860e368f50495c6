import { expect, it } from "vitest";
import type { EventFacts } from "../../src/ops/doctor/event-facts.ts";
import { bySeverity, type Finding, percent } from "../../src/ops/doctor/finding.ts";
import { judgeStored } from "../../src/ops/doctor/judge-stored.ts";
import type { CatalogueFacts, UserFacts } from "../../src/ops/doctor/stored-facts.ts";

const NONE = { items: 0, examples: [] };
const CATALOGUE: CatalogueFacts = {
  items: 200,
  missing: { title: NONE, image: NONE, price: NONE, categories: NONE },
};
const USERS: UserFacts = { users: 100, lookedAt: 100, neverSeen: 30, examples: ["ann"] };
const UNSEEN = { items: 200, neverSeen: 40, examples: ["item-9"] };

function judged({
  catalogue = CATALOGUE,
  users = USERS,
  unseen = UNSEEN as typeof UNSEEN | null,
  namedUsers = 50,
} = {}) {
  return judgeStored(catalogue, { users, unseen, events: { namedUsers } as EventFacts });
}

it("finds nothing in a whole catalogue, users that come, and items that are seen", () => {
  expect(judged()).toEqual([]);
  expect(judged({ unseen: null })).toEqual([]);
});

it("tells which parts of items lack, how many, and of which", () => {
  const missing = {
    title: { items: 4, examples: ["a"] },
    image: { items: 9, examples: [] },
    price: { items: 76, examples: ["b", "c"] },
    categories: NONE,
  };
  expect(judged({ catalogue: { items: 200, missing } })).toMatchObject([
    { code: "items_without", about: "title", severity: "error", count: 4, of: 200, examples: ["a"] },
    { code: "items_without", about: "price", severity: "warn", count: 76, examples: ["b", "c"] },
  ]);
  expect(judged({ catalogue: { items: 9, missing } })).toEqual([]);
});

it("tells of items that nobody has ever seen", () => {
  const [finding] = judged({ unseen: { items: 200, neverSeen: 120, examples: ["item-9"] } });
  expect(finding).toMatchObject({
    code: "items_never_seen",
    severity: "info",
    count: 120,
    of: 200,
    examples: ["item-9"],
  });
  expect(finding?.sentence).toContain("60 % of the items");
});

it("tells of users whom events never name, and whether other ids come in their place", () => {
  const never = { users: 5_000, lookedAt: 2_000, neverSeen: 2_000, examples: ["ann@example.org"] };
  expect(judged({ users: never })).toMatchObject([
    { code: "users_never_seen", severity: "warn", count: 2_000, of: 2_000 },
  ]);
  expect(judged({ users: never })[0]?.sentence).toContain("50 other users: the ids seem to differ");
  expect(judged({ users: never, namedUsers: 3 })).toMatchObject([{ severity: "info" }]);
  expect(judged({ users: { ...never, lookedAt: 15, neverSeen: 15 } })).toEqual([]);
});

it("puts the worst first, and says shares as people do", () => {
  const one = (severity: Finding["severity"], count: number) => ({ severity, count, of: 100 }) as Finding;
  const order = [one("info", 90), one("warn", 5), one("error", 1), one("warn", 50)].sort(bySeverity);
  expect(order.map(({ severity, count }) => [severity, count])).toEqual([
    ["error", 1],
    ["warn", 50],
    ["warn", 5],
    ["info", 90],
  ]);
  expect([
    percent(38, 100),
    percent(1, 3_000),
    percent(2_999, 3_000),
    percent(7, 7),
    percent(4, 100),
  ]).toEqual(["38 %", "0.1 %", "99.9 %", "100 %", "4.0 %"]);
});
