import { describe, expect, it } from "vitest";
import { RECOMMENDATION_ID_BYTES_MAX } from "../../src/base/index.ts";
import { versionName } from "../../src/registry/index.ts";
import {
  createSigner,
  mintRecommendationId,
  mintUserToken,
  type RecommendationId,
  readRecommendationId,
  readUserToken,
  USER_IGNORED,
  visitMark,
} from "../../src/serving/index.ts";
import { config, isolate, lists, ranks, shown, viewed, World } from "./ports.ts";

const signer = createSigner("one secret");
const nowMs = 1_700_000_000_000;

const longest: RecommendationId = {
  tenant: "t".repeat(32),
  scenario: "s".repeat(64),
  variant: "control",
  modelVersion: versionName(nowMs, "0123456789abcdef"),
  seed: 0xffffffff,
  mintedAtMs: nowMs,
  source: "last_good",
  degraded: "history_unknown",
};

describe("a recommendation id", () => {
  it("carries what the answer was, in at most 300 bytes", async () => {
    const token = await mintRecommendationId(longest, signer);
    expect(token.length).toBeLessThanOrEqual(RECOMMENDATION_ID_BYTES_MAX);
    expect(token).toMatch(/^[\w-]+\.[\w-]{22}$/);
    expect(await readRecommendationId(token, signer)).toEqual(longest);
    const { degraded: _whole, ...without } = { ...longest, modelVersion: null };
    expect(await readRecommendationId(await mintRecommendationId(without, signer), signer)).toEqual(without);
  });

  it("is worth nothing changed at any place, or signed by another secret", async () => {
    const token = await mintRecommendationId(longest, signer);
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === "A" ? "B" : "A") + token.slice(i + 1);
      // The last character of a signature holds two bits only: some changes leave the same bytes, never the same text.
      expect(await readRecommendationId(changed, signer)).toBeNull();
    }
    expect(await readRecommendationId(token, createSigner("another secret"))).toBeNull();
    for (const text of ["", ".", "a.b", "x".repeat(500), `${token}.`, `${token}.more`])
      expect(await readRecommendationId(text, signer)).toBeNull();
  });
});

describe("a user token", () => {
  const user = { userId: "ann.o'hara ü", expiresAtMs: nowMs + 60_000 };

  it("vouches for its user and tenant until it expires", async () => {
    const token = await mintUserToken("shore", user, signer);
    expect(await readUserToken("shore", token, { signer, nowMs })).toBe(user.userId);
    expect(await readUserToken("hill", token, { signer, nowMs })).toBeNull();
    expect(await readUserToken("shore", token, { signer, nowMs: user.expiresAtMs })).toBeNull();
    expect(
      await readUserToken("shore", token.replace(/\.\d+\./, ".9999999999."), { signer, nowMs }),
    ).toBeNull();
    for (const text of ["no.token", `${token}.`, `${token}.more`])
      expect(await readUserToken("shore", text, { signer, nowMs })).toBeNull();
  });

  it("opens a profile where the tenant requires one; without it the user is ignored and the answer says so", async () => {
    const world = new World();
    world.configs.set("shore", config("shore", true));
    world.profiles.set("shore u:ann", viewed("x"));
    world.profiles.set("shore a:device", viewed("y"));
    world.lists.set("shore", lists({ trending: ["t1"] }));
    world.score = ranks(["a", "b", "c"]);
    const token = await mintUserToken(
      "shore",
      { userId: "ann", expiresAtMs: world.nowMs + 60_000 },
      world.ports.signer,
    );

    for (const isWarm of [false, true]) {
      const ask = isolate(world);
      if (isWarm) await ask({ userId: "somebody" });
      const vouched = await ask({ userId: "ann", userToken: token });
      expect(shown(vouched)[0]).toBe("a:model");
      expect(vouched.notices).toEqual([]);

      const bare = await ask({ userId: "ann" });
      expect(shown(bare)).toEqual(["t1:trending"]);
      expect(bare.notices).toEqual([USER_IGNORED]);

      world.scored.length = 0;
      const anonymous = await ask({ userId: "ann", anonymousId: "device" });
      expect(anonymous.notices).toEqual([USER_IGNORED]);
      expect(world.scored.flatMap(({ history }) => history.map(({ itemId }) => itemId))).toEqual(["y"]);

      expect((await ask({ userId: "bob", userToken: token })).notices).toEqual([USER_IGNORED]);
      const server = await ask({ userId: "ann", keyKind: "secret" });
      expect(server.notices).toEqual([]);
    }
  });

  it("is required where the configuration cannot be read: unknown counts as strict", async () => {
    const world = new World();
    world.profiles.set("shore u:ann", viewed("x"));
    world.score = ranks(["a", "b", "c"]);
    world.hanging.add("config");
    const answer = await world.waitOut(isolate(world)({ userId: "ann" }));
    expect(answer.notices).toEqual([USER_IGNORED]);
    expect(world.scored).toEqual([]);
    expect(answer.degraded?.reason).toBe("config_late");
  });
});

it("marks a visit by session and device together: neither alone is the same visit", () => {
  const both = visitMark({ session_id: "s", anonymous_id: "a" });
  expect(both).toBe(visitMark({ anonymous_id: "a", session_id: "s" }));
  for (const other of [
    { session_id: "s" },
    { anonymous_id: "a" },
    { session_id: "a", anonymous_id: "s" },
    {},
  ])
    expect(visitMark(other)).not.toBe(both);
  expect(visitMark({ session_id: "s" })).not.toBe(visitMark({ anonymous_id: "s" }));
  expect(visitMark({})).toBeUndefined();
});
