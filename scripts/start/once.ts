import { ApiClient } from "../client/index.ts";
import { printMetrics } from "../metrics.ts";
import type { Progress } from "../progress.ts";
import { readBronzeIds } from "./bronze.ts";
import { seedShore, trainShore } from "./circle.ts";
import { Home } from "./home.ts";
import { type Answer, isFromModel, waitAnswers } from "./learn.ts";
import type { StartOptions } from "./options.ts";
import { readStats } from "./seed.ts";
import { openShore, type Shore } from "./shore.ts";

/** What a single run of the circle reports, as one line of JSON. */
export interface OnceReport {
  ok: boolean;
  /** Distinct event ids at each place. */
  counts: { accepted: number; bronze: number; features: number; quarantined: number };
  model: { version: string; learner: string };
  metrics: { "ndcg@10": { model: number; popularity: number } };
  samples: Answer[];
  seconds: number;
  installSeconds: number;
}

/** Runs the circle once in a state of its own, which is gone afterwards. */
export async function runOnce(
  options: StartOptions,
  progress: Progress,
  onShore: (shore: Shore) => void,
): Promise<OnceReport> {
  const startedMs = Date.now();
  const home = await Home.temporary();
  try {
    const shore = await openShore(home, options.host, options.port ?? 0, progress, { ownSignals: true });
    onShore(shore);
    try {
      const report = await runCircle(shore, options, progress);
      return { ...report, seconds: (Date.now() - startedMs) / 1000, installSeconds: installSeconds() };
    } finally {
      await shore.stop();
    }
  } finally {
    await home.remove();
  }
}

async function runCircle(
  shore: Shore,
  options: StartOptions,
  progress: Progress,
): Promise<Omit<OnceReport, "seconds" | "installSeconds">> {
  const { demo, accepted } = await seedShore(shore, options, progress);
  const { version, learner, metrics } = await trainShore(demo, options.seed, progress);
  const samples = await waitAnswers(demo, options.seed, version);
  const bronze = await readBronzeIds(shore.runtime);
  const { feature_events: features, quarantined } = await readStats(new ApiClient(shore.url, demo.secretKey));
  const ndcg = metrics["ndcg@10"];
  if (ndcg === undefined) throw new Error("the model was published without ndcg@10");
  printMetrics(metrics, (line) => progress.say(line));
  const nothingLost = bronze.size === accepted.size && [...bronze].every((id) => accepted.has(id));
  return {
    ok:
      nothingLost &&
      features + quarantined === accepted.size &&
      samples.every((answer) => isFromModel(answer, version)),
    counts: { accepted: accepted.size, bronze: bronze.size, features, quarantined },
    model: { version, learner },
    metrics: { "ndcg@10": { model: ndcg.model.value, popularity: ndcg.popularity.value } },
    samples,
  };
}

/** Told by the bootstrap that installed: 0 when nothing was missing. */
function installSeconds(): number {
  return Number(process.env.LAKESHORE_INSTALL_SECONDS ?? 0);
}
