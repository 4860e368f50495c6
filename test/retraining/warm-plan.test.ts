import { expect, it } from "vitest";
import { type Manifest, partFileName } from "../../src/registry/index.ts";
import { startFrom } from "../../src/retraining/start.ts";
import { MANIFEST_DRAFT } from "../registry/artifacts.ts";

const CUT_MS = 1_000;
const CREATED_MS = 5_000;

function live(learners: readonly string[], change: Partial<Manifest> = {}): Manifest {
  const parts = learners.map((learner) => ({ learner, parameters: {}, weight: 1 }));
  const names = learners.flatMap((one) => [partFileName("evaluated", one), partFileName("published", one)]);
  return {
    ...MANIFEST_DRAFT,
    ...{ v: 1, version: "v7", createdAtMs: CREATED_MS, hashes: {} },
    evaluation: { ...MANIFEST_DRAFT.evaluation, cutMs: CUT_MS },
    recipe: { parts, contentWeight: 0 },
    parts: Object.fromEntries(names.map((name) => [name, "hash"])),
    ...change,
  };
}

const NOW = { cutMs: CUT_MS + 1 };

it("starts from what the live version keeps, of those learners that can start from it", () => {
  expect(startFrom(live(["transformer"]), NOW, {})).toEqual({ version: "v7", inARow: 1 });
  const blend = live(["linear", "transformer"], { parts: live(["transformer"]).parts });
  expect(startFrom(blend, NOW, {})).toEqual({ version: "v7", inARow: 1 });
  expect(startFrom(live(["linear"]), NOW, {})).toBeNull();
});

it("begins anew where the version keeps no part of one of its fits", () => {
  const [one = ""] = Object.keys(live(["transformer"]).parts ?? {});
  expect(startFrom(live(["transformer"], { parts: { [one]: "hash" } }), NOW, {})).toBeNull();
  const { parts: _none, ...older } = live(["transformer"]);
  expect(startFrom(older, NOW, {})).toBeNull();
});

it("never lets a fit that saw rows of the present test slice be judged on it", () => {
  expect(startFrom(live(["transformer"]), { cutMs: CUT_MS - 1 }, {})).toBeNull();
  expect(startFrom(live(["transformer"]), { cutMs: CUT_MS }, {})).not.toBeNull();
});

it("begins anew once a user was deleted whose rows the version may have been fitted on", () => {
  expect(startFrom(live(["transformer"]), NOW, { lastDeletionMs: CREATED_MS })).toBeNull();
  expect(startFrom(live(["transformer"]), NOW, { lastDeletionMs: CREATED_MS - 1 })).not.toBeNull();
});

it("begins anew after a day of hourly runs that each started from the one before", () => {
  const after = (inARow: number) => live(["transformer"], { startedFrom: { version: "v6", inARow } });
  expect(startFrom(after(23), NOW, {})).toEqual({ version: "v7", inARow: 24 });
  expect(startFrom(after(24), NOW, {})).toBeNull();
});
