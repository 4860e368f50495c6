import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { r2ObjectStore } from "../../src/base/index.ts";
import { listsName } from "../../src/features/index.ts";
import type { ScoreRequest } from "../../src/registry/index.ts";
import { createMemory, makeAnswer, Timeline } from "../../src/serving/index.ts";
import { type Env, servingPorts } from "../../workers/edge/bindings.ts";
import Scorer from "../../workers/scorer.ts";
import { requestOf } from "../scoring/harness.ts";
import { goLive, SHOP } from "../scoring/tiny-model.ts";
import { lists, PLAIN } from "../serving/ports.ts";
import { migrated } from "./migrated.ts";
import { type Away, bindingAway, databaseAway, through, WAYS } from "./serving-away.ts";

const PARTS = ["model", "scorer", "d1", "kv", "r2", "overlay", "cache"] as const;
type Part = (typeof PARTS)[number];

/** A request's time for I/O: enough for a busy machine that runs all parts on one thread. */
const TIMEOUT_MS = 250;
/** Beyond every wait of a request. */
const SLOW_MS = 2 * TIMEOUT_MS;
const away: Away<Part> = { parts: new Set(), way: "error", slowMs: SLOW_MS };

const lake = bindingAway(away, env.LAKE, ["get", "head", "list", "put"], (key) => {
  if (away.parts.has("r2")) return "r2";
  return String(key).includes("overlay") ? "overlay" : "model";
});

const scorerEnv = { ...env, LAKE: lake } as unknown as ConstructorParameters<typeof Scorer>[1];
const SCORER = {
  score: (request: ScoreRequest) =>
    through(away, "scorer", async () => {
      const context = createExecutionContext();
      const answer = await new Scorer(context, scorerEnv).score(request);
      // What hangs is never waited for; what the scorer began goes on beside the answer.
      if (away.parts.size === 0) await waitOnExecutionContext(context);
      return answer;
    }),
};

const edge = {
  ...env,
  KV: bindingAway(away, env.KV, ["get", "put"], () => "kv"),
  DB: databaseAway(away, "d1", env.DB),
  PROFILES_0: databaseAway(away, "d1", env.PROFILES_0),
  SCORER,
  SIGNING_SECRET: "the tests' secret",
} as unknown as Env;

const background: Promise<unknown>[] = [];

/** The location's copies, which no binding gives. */
function cacheAway<L>({ get, put }: LocationLists<L>): LocationLists<L> {
  return {
    get: (key) => through(away, "cache", () => get(key)),
    put: (key, list) => through(away, "cache", () => put(key, list)),
  };
}

interface LocationLists<L> {
  get(key: string): Promise<L | null>;
  put(key: string, list: L): Promise<void>;
}

/** One question to a fresh isolate. */
function ask(tenant: string, who: { userId: string } | { anonymousId: string; recent: readonly string[] }) {
  const visitor = { keyKind: "secret" as const, recent: [], ...who };
  const subject = { kind: "visitor" as const, visitor };
  const timeline = new Timeline(Date.now);
  timeline.allow(TIMEOUT_MS);
  const ports = servingPorts(edge, (work) => void background.push(work));
  const context = { memory: createMemory(), timeline };
  const remote = { ...ports, own: cacheAway(ports.own), seen: cacheAway(ports.seen) };
  return makeAnswer({ ...PLAIN, tenant, subject }, remote, context);
}

beforeAll(async () => {
  await migrated(env.DB, "core");
  await migrated(env.PROFILES_0, "profiles");
});

/** Published, with lists in KV; `isWarm`: the scorer has the model in memory. */
async function site(tenant: string, { isWarm }: { isWarm: boolean }): Promise<void> {
  await goLive(r2ObjectStore(env.LAKE), tenant, SHOP);
  await env.KV.put(listsName(tenant), JSON.stringify(lists({ trending: ["t1", "t2", "t3"] }).lists));
  for (let asked = 0; isWarm && asked < 5; asked++) {
    const { status } = await SCORER.score(requestOf(tenant, ["boots"], { nowMs: Date.now() }));
    if (status === "ok") return;
  }
  if (isWarm) throw new Error("the scorer never got warm");
}

const DEVICE = { anonymousId: "phone", recent: ["boots"] };

const UNLOADED = /^(scorer_cold|scorer_late|scorer_error|no_model)$/;

/** What a device's visitor and a known user are answered: the items' source, and which reason comes first; null: none. */
interface Expected {
  isWarm: boolean;
  device: ["model" | "trending" | "none", RegExp | null];
  user: ["trending" | "none", RegExp | null];
}

const TABLE: Record<Part | "all", Expected> = {
  scorer: { isWarm: true, device: ["trending", /^scorer_(error|late)$/], user: ["trending", null] },
  d1: { isWarm: true, device: ["model", null], user: ["trending", /^profile_(error|late)$/] },
  kv: { isWarm: true, device: ["model", /^scenario_/], user: ["none", /^lists_late$/] },
  all: { isWarm: true, device: ["none", /^scorer_/], user: ["none", /^profile_/] },
  // Asked of a scorer that has loaded nothing: what it keeps in memory needs none of these.
  model: { isWarm: false, device: ["trending", UNLOADED], user: ["trending", null] },
  r2: { isWarm: false, device: ["trending", UNLOADED], user: ["trending", null] },
  overlay: { isWarm: false, device: ["trending", UNLOADED], user: ["trending", null] },
  // Asked only where the scorer gives nothing.
  cache: { isWarm: false, device: ["trending", UNLOADED], user: ["trending", null] },
};

describe("the ladder with parts away", () => {
  for (const [name, { isWarm, device, user }] of Object.entries(TABLE)) {
    for (const way of WAYS) {
      it(`answers while ${name} is away: ${way}`, async () => {
        const tenant = `t-${name}-${way}`;
        await site(tenant, { isWarm });
        away.parts = new Set(PARTS.filter((part) => name === "all" || part === name));
        away.way = way;
        try {
          const asked = [
            [DEVICE, device],
            [{ userId: "ann" }, user],
          ] as const;
          for (const [who, [source, reason]] of asked) {
            const answer = await ask(tenant, who);
            expect(answer.items.map((item) => item.source)).toEqual(
              source === "none" ? [] : [source, source, source],
            );
            if (reason === null) expect(answer.degraded).toBeUndefined();
            else expect(answer.degraded?.reason).toMatch(reason);
            expect(answer.recommendationId).not.toBe("");
          }
        } finally {
          away.parts = new Set();
        }
      });
    }
  }
});

describe("a quiet site", () => {
  for (const way of WAYS) {
    it(`answers who comes again by their own list of before, and without it while the Cache API is away: ${way}`, async () => {
      const tenant = `quiet-${way}`;
      await site(tenant, { isWarm: false });
      let waited = background.length;
      const first = await ask(tenant, DEVICE);
      expect(first.degraded?.reason).toMatch(UNLOADED);
      expect(first.items.map(({ source }) => source)).toEqual(["trending", "trending", "trending"]);
      // The scorer is asked again there, and writes the list down.
      while (waited < background.length) await background[waited++];

      away.way = way;
      try {
        away.parts = new Set(["scorer"] as const);
        const again = await ask(tenant, DEVICE);
        expect(again.items.map(({ source }) => source)).toEqual(["last_good", "last_good", "last_good"]);
        expect(again.modelVersion).not.toBeNull();
        const other = await ask(tenant, { ...DEVICE, anonymousId: "tablet" });
        expect(other.items.map(({ source }) => source)).toEqual(["trending", "trending", "trending"]);
        away.parts = new Set(["scorer", "cache"] as const);
        const without = await ask(tenant, DEVICE);
        expect(without.items.map(({ source }) => source)).toEqual(["trending", "trending", "trending"]);
      } finally {
        away.parts = new Set();
      }
    });
  }
});
