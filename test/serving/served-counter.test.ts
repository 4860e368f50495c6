import { describe, expect, it } from "vitest";
import { ServedCounter } from "../../src/serving/index.ts";

const GOOD = { waitedMs: 4, isPersonal: true, degraded: undefined };

describe("what an isolate counts of its answers", () => {
  it("adds by tenant, and begins anew once taken", () => {
    const counter = new ServedCounter();
    counter.answer("a", GOOD);
    counter.answer("a", { waitedMs: 0, isPersonal: false, degraded: "scorer_cold" });
    counter.answer("a", { waitedMs: 1_000_000, isPersonal: true, degraded: "few_items" });
    counter.error("b");
    counter.events("b", 7);
    counter.events("b", 2);
    expect(counter.take()).toEqual([
      {
        tenant: "a",
        counts: {
          ...{ answers: 3, personal: 2, degraded: 2, "degraded.scorer_cold": 1, "degraded.few_items": 1 },
          ...{ "ms.0": 1, "ms.3": 1, "ms.18": 1 },
        },
      },
      { tenant: "b", counts: { errors: 1, event_requests: 2, events: 9 } },
    ]);
    expect(counter.take()).toEqual([]);
  });

  it("stands in the band whose upper end it does not pass", () => {
    const counter = new ServedCounter();
    for (const waitedMs of [1, 1.5, 2, 1_000, 1_001]) counter.answer("a", { ...GOOD, waitedMs });
    const { answers: _, personal: __, ...bands } = counter.take()[0]?.counts ?? {};
    expect(bands).toEqual({ "ms.0": 1, "ms.1": 2, "ms.17": 1, "ms.18": 1 });
  });

  it("keeps to a bound of tenants", () => {
    const counter = new ServedCounter();
    for (let tenant = 0; tenant < 2_000; tenant++) counter.answer(`t${tenant}`, GOOD);
    expect(counter.take().length).toBe(500);
  });
});
