import { ApiClient, ApiError } from "../client/index.ts";
import { runCrons } from "../local/cron.ts";
import { drainQueues } from "../local/drain.ts";
import { printMetrics } from "../metrics.ts";
import type { Progress } from "../progress.ts";
import { seedShore, trainShore } from "./circle.ts";
import { type DemoState, Home, STATE_FORMAT } from "./home.ts";
import { waitAnswers, waitAwake } from "./learn.ts";
import { PORT_DEFAULT, type StartOptions } from "./options.ts";
import { checkRun } from "./run-lock.ts";
import { putScenarios } from "./scenarios.ts";
import { openShore, type Shore } from "./shore.ts";
import { sourceName } from "./source.ts";
import { printWelcome } from "./welcome.ts";

/** Brings up the project's own Lakeshore, seeded and trained, and returns once it answers; the crons go on. */
export async function bringUp(
  options: StartOptions,
  progress: Progress,
  onShore: (shore: Shore) => void,
): Promise<void> {
  const home = options.state === undefined ? Home.ofProject() : new Home(options.state);
  const known = await stateToKeep(home, options, progress);
  const shore = await openShore(home, options.host, options.port ?? PORT_DEFAULT, progress, {
    ownSignals: true,
  });
  onShore(shore);
  const demo = known ?? (await seedShore(shore, options, progress)).demo;
  if (demo.url !== shore.url) {
    demo.url = shore.url;
    await home.writeDemo(demo);
  }
  // A state of before there were any.
  if (known !== null) await putScenarios(new ApiClient(shore.url, demo.secretKey));
  await shore.showDemo(demo);
  landBeforeStop(shore, progress);
  const isTrained = (await liveVersion(new ApiClient(shore.url, demo.secretKey))) !== null;
  if (!isTrained) await train(demo, options.seed, progress);
  else await waitAwake(demo);
  const stopCrons = runCrons(shore.runtime, (message) => progress.say(message));
  const { stop } = shore;
  shore.stop = () => {
    stopCrons();
    return stop();
  };
  await printWelcome(demo, home);
}

async function train(demo: DemoState, seed: number, progress: Progress): Promise<void> {
  const { version, metrics } = await trainShore(demo, seed, progress);
  printMetrics(metrics, (line) => progress.say(line));
  await waitAnswers(demo, seed, version);
}

/** From here on strangers' events come in: what was answered "accepted" is not to be lost by stopping. */
function landBeforeStop(shore: Shore, progress: Progress): void {
  const { stop } = shore;
  shore.stop = async () => {
    const drained = await drainQueues(shore.runtime, () =>
      progress.say("Waiting for the last events to land (Ctrl-C again leaves at once, and loses them) …"),
    );
    if (!drained) progress.say(`Some of the last events have not landed; ${shore.home.logPath} may say why.`);
    return stop();
  };
}

/** The state of an earlier start if it is whole and of the same data; wiped where it was cut short or on `--fresh`. */
async function stateToKeep(home: Home, options: StartOptions, progress: Progress): Promise<DemoState | null> {
  const demo = options.fresh ? null : await home.readDemo();
  const wanted = sourceName(options);
  if (demo !== null && demo.source !== wanted) {
    throw new Error(
      `${home.folder} holds "${demo.source}", and this start asks for "${wanted}": add --fresh to begin anew with it.`,
    );
  }
  if (demo?.seeded === true && demo.format !== STATE_FORMAT) {
    throw new Error(
      `${home.folder} was made by another version of Lakeshore, whose lake this one cannot read: add --fresh to begin anew.`,
    );
  }
  if (demo?.seeded === true) return demo;
  if (demo !== null) progress.say("The last seeding was cut short: beginning anew.");
  checkRun(home.runPath);
  await home.wipe();
  return null;
}

async function liveVersion(client: ApiClient): Promise<string | null> {
  const { live } = await client
    .request<{ live: { version: string } | null }>("/v1/admin/models")
    .catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      throw new Error("The demo's own key has been revoked: begin anew with --fresh.");
    });
  return live?.version ?? null;
}
