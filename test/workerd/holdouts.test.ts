import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/base/index.ts";
import { deleteScenario, runningHoldouts } from "../../src/ops/index.ts";
import { by, emptyAll, NOW_MS, ports, put } from "./scenario-world.ts";

beforeEach(emptyAll);

const holding = (share: number, more: object = {}) => ({ holdout: { share }, ...more });
const at = (ms: number) => by("ann", NOW_MS + ms);
const running = (nowMs = NOW_MS) => runningHoldouts(env.DB, "shore", nowMs);

describe("a running holdout", () => {
  it("is one of a scenario as it stands now, and of this tenant", async () => {
    await put("home", holding(0.2));
    await put("cart", {});
    await put("footer", holding(0));
    await put("gone", holding(0.1));
    await deleteScenario(ports, "shore", { name: "gone", ...by("ann") });
    expect(await running()).toEqual([{ scenario: "home", share: 0.2, sinceMs: NOW_MS }]);
    expect(await runningHoldouts(env.DB, "hill", NOW_MS)).toEqual([]);
  });

  it("began with the first version of its share, whatever else was changed since", async () => {
    await put("home", {}, at(0));
    await put("home", holding(0.2), at(1_000));
    for (let limit = 1; limit <= 120; limit++)
      await put("home", holding(0.2, { limit: 1 + (limit % 9) }), at(limit * 2_000));
    expect(await running(NOW_MS + 300_000)).toMatchObject([{ share: 0.2, sinceMs: NOW_MS + 1_000 }]);
  });

  it("begins anew with another share, once no list is assigned by the one before", async () => {
    await put("home", holding(0.2), at(0));
    await put("home", holding(0.3), at(5_000));
    await put("home", holding(0.3, { limit: 4 }), at(9_000));
    expect(await running()).toMatchObject([{ share: 0.3, sinceMs: NOW_MS + 5_000 + MINUTE_MS }]);
    await put("home", {}, at(20_000));
    await put("home", holding(0.3), at(30_000));
    expect(await running()).toMatchObject([{ share: 0.3, sinceMs: NOW_MS + 30_000 }]);
  });

  it("is looked at for 31 days", async () => {
    await put("home", holding(0.2));
    const nowMs = NOW_MS + 40 * DAY_MS;
    expect(await running(nowMs)).toMatchObject([{ sinceMs: nowMs - 31 * DAY_MS }]);
  });
});
