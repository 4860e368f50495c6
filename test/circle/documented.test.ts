import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/base/index.ts";
import { EXPRESSION_FORMS, RULE_EXAMPLES } from "../../src/rules/index.ts";
import { type AnsweringSite, type Keys, openAnsweringSite } from "./answering-site.ts";
import { entriesOf } from "./documented-entries.ts";

const NOW_MS = Date.now();
/** A shop in which every example finds something, but one that is about the visitor alone. */
const ITEMS = Array.from({ length: 24 }, (_, at) => ({
  ...{
    item_id: `item-${at}`,
    title: `Winter wool ${at}`,
    price: 20 + at,
    currency: "EUR",
    stock: 5,
    popularity: 1,
  },
  ...(at % 3 === 0 ? {} : { brand: ["Acme", "Other"][at % 2] ?? "" }),
  ...{
    categories: [["shoes", "bags"][at % 2] ?? ""],
    tags: ["wool", "winter", "sale"].slice(0, 2 + (at % 2)),
  },
  ...{ published_at: at % 2 === 0 ? NOW_MS - DAY_MS : Date.UTC(2026, 0, 1) },
  ...{ attributes: { size: "M", lat: 52.1, lon: 5.2, shop_lat: 52.1, shop_lon: 5.2 } },
}));
const ASKED = {
  ...{ user_id: "ann", recent: ["item-1"], limit: 5, timeout_ms: 2_000 },
  ...{ attributes: { size: "M" }, location: { lat: 52.1, lon: 5.2 } },
};

let site: AnsweringSite;
let keys: Keys;

beforeAll(async () => {
  site = await openAnsweringSite({ queueTimeoutS: 1 });
  keys = await site.tenant("told");
  await site.stock("told", ITEMS, { isLive: true });
});

afterAll(() => site?.runtime.dispose());

describe("every example of rules on the documents page is answered, and nothing in it ignored:", () => {
  const named = [{ name: "near", where: { brand: "Acme" } }];
  const parts = Object.entries(RULE_EXAMPLES).flatMap(([part, examples]) =>
    examples.map((example) => ({ ...(part === "relax" ? { filter: named } : {}), [part]: example })),
  );
  const filters = EXPRESSION_FORMS.flatMap(({ examples }) => examples).map((filter) => ({ filter }));
  for (const rules of [...parts, ...filters]) {
    it(JSON.stringify(rules), async () => {
      const { status, json } = await site.ask(keys.secret, "/v1/recommendations", {
        body: { ...ASKED, rules },
      });
      expect([status, json.notices]).toEqual([200, undefined]);
      if ("filter" in rules && "user" in rules.filter) expect(json.degraded.reason).toBe("no_items");
      else expect([json.items.length > 0, json.degraded?.reason ?? "few_items"]).toEqual([true, "few_items"]);
      if ("filter" in rules) expect(json.qualifying).toEqual(expect.any(Number));
    });
  }
});

/** What has no name in its address, and is answered so all the same. */
const MISSED: Record<string, { search?: string; body?: unknown }> = {
  get_v1_why: { search: "?user_id=ann&model_version=20200101T000000Z-00000000" },
  post_v1_why: { body: { user_id: "ann", model_version: "20200101T000000Z-00000000" } },
  post_v1_admin_retrain: { body: { run: "none-such" } },
  get_v1_admin_quality: {},
  post_v1_admin_lake_features: { body: { tenant: "none-such", as_of: 1 } },
};

it("documents an answer of 404 where something may be missing, and there alone", async () => {
  const document = await (await fetch(new URL("/openapi.json", site.runtime.url))).json();
  const wrong: string[] = [];
  for (const { path: address, method, operation } of entriesOf(document)) {
    const { operationId, parameters = [], requestBody, security, responses } = operation;
    const missed = MISSED[operationId];
    if (!address.includes("{") && missed === undefined) {
      if ("404" in responses) wrong.push(`${operationId}: documented, and never seen`);
      continue;
    }
    const filled = parameters
      .filter((parameter) => parameter.in === "path")
      .reduce((text, { name, example }) => {
        return text.replace(`{${name}}`, typeof example === "number" ? String(example) : operationId);
      }, address);
    const isRoot = security.some((scheme) => "adminToken" in scheme) && security.length === 1;
    const body = missed?.body ?? requestBody?.content["application/json"]?.example;
    const { status, json } = await site.ask(
      isRoot ? "root-token-of-the-tests" : keys.secret,
      filled + (missed?.search ?? ""),
      { method: method.toUpperCase(), ...(body === undefined ? {} : { body }) },
    );
    if ((status === 404) !== "404" in responses)
      wrong.push(`${operationId}: ${status} ${JSON.stringify(json).slice(0, 120)}`);
  }
  expect(wrong).toEqual([]);
});
