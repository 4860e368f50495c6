import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/local/workers.ts";
import { type AnsweringSite, type Keys, openAnsweringSite, type Reply } from "./answering-site.ts";

let site: AnsweringSite;
let shore: Keys;

beforeAll(async () => {
  // The edge Worker as it is, but that a request may say which of its bindings are away.
  site = await openAnsweringSite({
    entries: { edge: path.join(ROOT, "test/workerd/serving-edge-away.ts") },
    queueTimeoutS: 1,
  });
  shore = await site.tenant("shore");
});

afterAll(() => site?.runtime.dispose());

const VISITOR = { user_id: "ann", timeout_ms: 100 };
const RECENT = { recent: ["a", "b"], timeout_ms: 100 };

/** Each endpoint of answers, the body that it is asked with, and what a scorer that is away costs it. */
const ASKS: [name: string, path: string, body: unknown, asksScorer: boolean][] = [
  ["a user's", "/v1/recommendations?user_id=ann&timeout_ms=100", undefined, false],
  ["a device's", "/v1/recommendations?recent=a,b&timeout_ms=100", undefined, true],
  ["with rules", "/v1/recommendations", { ...VISITOR, rules: { filter: { price: { lt: 9 } } } }, true],
  ["a page", "/v1/recommendations", { ...RECENT, cursor: "first" }, true],
  ["a batch", "/v1/recommendations:batch", { ...RECENT, placements: [{}, { scenario: "cart" }] }, true],
  ["similar", "/v1/items/a/similar?timeout_ms=100", undefined, true],
  ["bought together", "/v1/items/a/bought-together?timeout_ms=100", undefined, true],
  ["trending", "/v1/trending?window=1h&timeout_ms=100", undefined, false],
  ["popular of a category", "/v1/popular?category=shoes&timeout_ms=100", undefined, true],
  ["new", "/v1/new?timeout_ms=100", undefined, false],
  ["rank", "/v1/rank", { ...RECENT, items: ["a", "b"] }, true],
  ["reasons", "/v1/why?recent=a&timeout_ms=100", undefined, true],
];

const reasonsOf = ({ json }: Reply): string =>
  (json.placements ?? [json])
    .map(({ degraded }: { degraded?: object }) => JSON.stringify(degraded ?? null))
    .join();

let tenants = 0;

/** A tenant of whom the isolate remembers the key and nothing else. */
async function stranger(): Promise<string> {
  const { secret } = await site.tenant(`t${tenants++}`);
  await site.must(secret, "/v1/admin/tenant");
  return secret;
}

describe("every list is answered with 200, and says what it is without, while", () => {
  for (const way of ["error", "hang"]) {
    for (const part of ["kv", "d1", "scorer", "kv,d1,scorer,rate"]) {
      it(`${part} is away: ${way}`, async () => {
        for (const [name, path, body, asksScorer] of ASKS) {
          const secret = await stranger();
          const headers = { "x-away": `${part} ${way}` };
          const reply = await site.ask(secret, path, { headers, ...(body === undefined ? {} : { body }) });
          expect(reply.status, `${name}: ${JSON.stringify(reply.json)}`).toBe(200);
          const told = reasonsOf(reply);
          if (part.includes("kv")) expect(told, name).toContain("scenario_late");
          if (part.includes("d1") && path.includes("user_id"))
            expect(told, name).toMatch(/profile_(late|error)/);
          if (part.includes("scorer") && asksScorer) expect(told, name).toMatch(/scorer_(late|error)/);
        }
      });
    }
  }

  it("the counter of a busy address's requests is away", async () => {
    for (const way of ["error", "hang"]) {
      for (let asked = 0; asked < 35; asked++) {
        const headers = { "x-away": `rate ${way}`, "cf-connecting-ip": `203.0.113.${way.length}` };
        const reply = await site.ask(shore.publishable, "/v1/trending", { headers });
        expect(reply.status, JSON.stringify(reply.json)).toBe(200);
      }
    }
  });
});

describe("the check of a key", () => {
  it("needs one of its two stores", async () => {
    for (const part of ["kv error", "d1 error", "d1 hang", "kv hang"]) {
      const { publishable } = await site.tenant(`key${tenants++}`);
      const reply = await site.ask(publishable, "/v1/trending", { headers: { "x-away": part } });
      expect(reply.status, `${part}: ${JSON.stringify(reply.json)}`).toBe(200);
    }
  });

  it("fails closed, with nothing of the list, and is not remembered", async () => {
    const { publishable } = await site.tenant("closed");
    for (const way of ["error", "hang"]) {
      const headers = { "x-away": `kv,d1 ${way}` };
      const reply = await site.ask(publishable, "/v1/trending", { headers });
      expect(reply).toMatchObject({ status: 503, json: { error: { code: "unavailable" } } });
      expect(Object.keys(reply.json)).toEqual(["error"]);
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect((await site.ask(publishable, "/v1/trending")).status).toBe(200);
    const unknown = `pk_closed_${"A".repeat(32)}`;
    expect((await site.ask(unknown, "/v1/trending")).status).toBe(401);
  });
});
