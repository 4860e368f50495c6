import { beforeAll, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, listAll, type ObjectStore, sha256Hex } from "../../src/base/index.ts";
import { openLake } from "../../src/lake/index.ts";
import { decodePart, encodePart } from "../../src/learn/index.ts";
import {
  EVALUATED_FILE,
  type Manifest,
  modelKey,
  partFileName,
  type RunReport,
  readManifest,
} from "../../src/registry/index.ts";
import {
  planRerun,
  type Rerun,
  type RetrainParams,
  type RetrainPorts,
  readRunReport,
  readVersionReport,
  retrain,
  runIdOf,
  type StepRunner,
} from "../../src/retraining/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { landShop, makeCurrent } from "./landed.ts";
import { BUSY, once, params, ports, published, SHOP, steps } from "./runs.ts";
import { itemId, NOW_MS, shopEvents } from "./shop-events.ts";

const EPOCHS = 8;
const RECIPE = {
  parts: [{ learner: "transformer", parameters: { epochs: EPOCHS, dropout: 0.1 }, weight: 1 }],
  contentWeight: 0,
};

/** Steps whose end is known: the search found the recipe, and there was no second stage. All else is run. */
function quickSteps(isKilled?: (name: string) => boolean): StepRunner & { ran: string[] } {
  const runner = steps(isKilled);
  const study = { done: true, recipe: RECIPE, trials: 1, figures: {}, reason: "known", workSeconds: 0 };
  const known: Record<string, unknown> = {
    "study-1": study,
    "ranker-fit": { reason: "known", lists: 0, workSeconds: 0 },
  };
  return {
    ran: runner.ran,
    do: async <T>(name: string, run: () => Promise<T>) =>
      name in known ? (known[name] as T) : runner.do(name, run),
  };
}

function hourLater(reason: string, change: Partial<RetrainParams> = {}): RetrainParams {
  const requestedAtMs = NOW_MS + HOUR_MS;
  return params({ reason, requestedAtMs, runId: runIdOf("shop", reason, requestedAtMs), ...change });
}

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memoryObjectStore();
  for await (const { key } of listAll(store, "")) {
    await copy.put(key, (await store.get(key))?.bytes ?? new Uint8Array());
  }
  return copy;
}

async function cardOf(store: ObjectStore, version: string): Promise<Manifest> {
  return (await readManifest(store, "shop", version)) as Manifest;
}

/** Passes over the data, by fit. */
function passesOf(report: RunReport | null): Record<string, number> {
  return Object.fromEntries((report?.curves ?? []).map(({ fit, losses }) => [fit, losses.length]));
}

/** Stopped before the gate, when the evaluated fit is there. */
function upToTheGate(store: ObjectStore): RetrainPorts {
  return { ...ports(store), dataQuality: async () => [{ table: "t", check: "c", reason: "stop" }] };
}

describe("a second run within a day", { timeout: 120_000 }, () => {
  /** As the second run found it. */
  let store: ObjectStore;
  let live: Manifest;
  /** As it left it. */
  let after: ObjectStore;
  let warm: Manifest;
  let ran: string[];
  let again: Rerun;

  beforeAll(async () => {
    const { events, items } = shopEvents({ ...SHOP, ...BUSY });
    const early = (event: { occurred_at: number }) => event.occurred_at < NOW_MS - 2 * DAY_MS;
    store = memoryObjectStore();
    // One item comes with the newer rows, which moves the numbers of those after it.
    const isNew = ({ item_id }: { item_id?: string | undefined }) => item_id === itemId(3);
    const older = events.filter((event) => early(event) && !isNew(event));
    await landShop(store, { events: older, items: items.filter((item) => !isNew(item)) });
    live = await cardOf(store, published(await retrain(ports(store), params(), quickSteps())).version);
    await landShop(store, { events: events.filter((event) => !early(event)), items: items.filter(isNew) });
    await makeCurrent(store);
    after = await copyOf(store);
    const runner = quickSteps();
    warm = await cardOf(after, published(await retrain(ports(after), hourLater("cron"), runner)).version);
    ran = runner.ran;
    const at = { tenant: "shop", run: hourLater("cron").runId, nowMs: NOW_MS };
    const planned = await planRerun({ lake: openLake(after), store: after }, at);
    if (!planned.ok) throw new Error(planned.error.message);
    again = planned.value.rerun;
  }, 240_000);

  const rerun = () => hourLater("rerun", { rerun: again });

  it("starts from what the live version keeps of each fit, and says so", async () => {
    expect(live.startedFrom).toBeUndefined();
    const start = { version: live.version, inARow: 1 };
    expect(warm.startedFrom).toEqual(start);
    expect(warm.itemCount).toBe(live.itemCount + 1);
    const names = [partFileName("evaluated", "transformer"), partFileName("published", "transformer")];
    for (const card of [live, warm])
      expect(Object.keys(card.parts ?? {})).toEqual([...names, EVALUATED_FILE]);
    expect(again.plan).toMatchObject({ kind: "renew", startsFrom: start });
    expect((await readVersionReport(after, "shop", warm.version))?.startedFrom).toEqual(start);
  });

  it("meets what the live version was evaluated by, on cases newer than either fit", async () => {
    expect(live.gate?.live).toBeNull();
    expect(warm.gate?.live).toMatchObject({ version: live.version, cases: warm.evaluation.cases });
    const { model, popularity: before } = warm.gate?.live?.metric ?? {};
    expect(model?.value).toBe(warm.metrics["ndcg@10"]?.model.value);
    // The live model's file has seen these cases, what it was evaluated by has not.
    expect(before?.value).toBeGreaterThan(0);
    expect(warm.gate?.reason).not.toContain("on newer rows");
  });

  it("costs an eighth, and knows as much", async () => {
    const [cold, cheap] = [
      await readVersionReport(after, "shop", live.version),
      await readVersionReport(after, "shop", warm.version),
    ];
    expect([passesOf(cold), passesOf(cheap)]).toEqual([
      { judged: EPOCHS, published: EPOCHS },
      { judged: 1, published: 1 },
    ]);
    for (const fit of ["fit", "refit"])
      expect(cheap?.costs[fit]).toBeLessThan(0.25 * (cold?.costs[fit] ?? 0));
    const ndcg = (card: Manifest) => card.metrics["ndcg@10"]?.model.value as number;
    expect(ndcg(warm)).toBeGreaterThan(0.95 * ndcg(live));
  });

  it("killed after any step, and run again, ends with the same bytes", async () => {
    const runner = quickSteps(once());
    const mortal = { ...ports(after), sliceSeconds: 0.1 };
    for (let deaths = 0; ; deaths++) {
      try {
        const outcome = await retrain(mortal, rerun(), runner);
        expect(outcome).toMatchObject({
          status: "reproduced",
          identical: true,
          modelHash: warm.fits.published,
        });
        break;
      } catch (cause) {
        if (!(cause instanceof Error) || !cause.message.startsWith("killed") || deaths > 500) throw cause;
      }
    }
    expect(ran).toContain("start");
    expect(runner.ran.filter((name) => name === "refit-2")).toHaveLength(2);
  });

  it("judges a fit that has seen nothing of what was published: only the refit starts from that", async () => {
    const other = await copyOf(after);
    const name = partFileName("published", "transformer");
    const key = modelKey("shop", live.version, name);
    const part = decodePart((await other.get(key))?.bytes ?? new Uint8Array());
    const { items } = part.tensors;
    if (items?.type === "float32") items.data.fill(0.5);
    const bytes = encodePart(part);
    await other.put(key, bytes);
    const parts = { ...live.parts, [name]: await sha256Hex(bytes) };
    const manifest = new TextEncoder().encode(JSON.stringify({ ...live, parts }));
    await other.put(modelKey("shop", live.version, "manifest.json"), manifest);
    const outcome = await retrain(ports(other), rerun(), quickSteps());
    expect(outcome).toMatchObject({
      status: "reproduced",
      identical: false,
      evaluatedHash: warm.fits.evaluated,
    });
    expect(outcome).not.toMatchObject({ modelHash: warm.fits.published });
  });

  it("begins anew when the version goes while it is under way; run again, it is refused", async () => {
    const swept = await copyOf(after);
    await swept.delete([modelKey("shop", live.version, partFileName("evaluated", "transformer"))]);
    expect(await retrain(ports(swept), rerun(), quickSteps())).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("is missing"),
    });
    const other = await copyOf(store);
    await other.delete([modelKey("shop", live.version, partFileName("evaluated", "transformer"))]);
    const run = hourLater("cron");
    expect(await retrain(upToTheGate(other), run, quickSteps())).toMatchObject({ status: "refused" });
    expect(passesOf(await readRunReport(other, "shop", run.runId))).toEqual({ judged: EPOCHS });
  });

  it("begins anew where the graph that it would be held against is damaged", async () => {
    const damaged = await copyOf(store);
    await damaged.put(modelKey("shop", live.version, EVALUATED_FILE), new Uint8Array(1));
    const run = hourLater("cron");
    expect(await retrain(upToTheGate(damaged), run, quickSteps())).toMatchObject({ status: "refused" });
    expect(passesOf(await readRunReport(damaged, "shop", run.runId))).toEqual({ judged: EPOCHS });
  });

  it("cannot be run again once the version that it started from is gone", async () => {
    const swept = await copyOf(after);
    await swept.delete([modelKey("shop", live.version, "manifest.json")]);
    const at = { tenant: "shop", run: hourLater("cron").runId, nowMs: NOW_MS };
    expect(await planRerun({ lake: openLake(swept), store: swept }, at)).toMatchObject({
      ok: false,
      error: { kind: "expired", message: expect.stringContaining(`started from version ${live.version}`) },
    });
    expect(await retrain(ports(swept), rerun(), quickSteps())).toMatchObject({ status: "refused" });
  });
});
