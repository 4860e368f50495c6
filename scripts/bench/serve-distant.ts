import { latenciesOf } from "./latency.ts";
import type { LoadGenerator } from "./load.ts";
import { isModels } from "./serve-cold.ts";
import { offer } from "./serve-rate.ts";
import type { PreparedState } from "./serve-state.ts";
import type { Site } from "./site.ts";

export interface DistantReport {
  p99Ms: number;
  /** Of known users' answers, those whose items are the model's. */
  personalShare: number;
  /** Of a site so quiet that each request finds an edge isolate that remembers nothing and a location without copies; the scorer has its model. */
  quietP99Ms: number;
  quietPersonalShare: number;
}

/** Few enough that waiting for stores, and not for the thread, is what takes time. */
const RATE_PER_SECOND = 25;

/** Known users, named by a server with a secret key, while every store is as far away as stores are. */
export async function measureDistant(
  load: LoadGenerator,
  site: Site,
  { users }: PreparedState,
  requests: number,
): Promise<DistantReport> {
  let asked = 0;
  const request = (mode: string) => () => ({
    path: "/v1/recommendations",
    body: JSON.stringify({ user_id: users[asked++ % users.length], limit: 10 }),
    headers: { authorization: `Bearer ${site.identity.secretKey}`, "x-bench": mode },
  });
  const measure = async (mode: string) => {
    const { latenciesMs, answers = [] } = await offer(load, {
      ...{ url: site.url, request: request(mode) },
      ...{ ratePerSecond: RATE_PER_SECOND, seconds: requests / RATE_PER_SECOND },
    });
    const failed = answers.find(({ status }) => status !== 200);
    if (failed !== undefined) throw new Error(`from afar: ${failed.status} ${failed.text.slice(0, 300)}`);
    const personal = answers.filter(({ text }) => isModels(text)).length;
    return {
      p99Ms: latenciesOf(latenciesMs).p99Ms,
      share: Math.round((1_000 * personal) / answers.length) / 1_000,
    };
  };
  // What the first requests alone have to wait for: the connection, code compiled for the first time.
  await offer(load, {
    url: site.url,
    request: request("distant"),
    ratePerSecond: RATE_PER_SECOND,
    seconds: 2,
  });
  const distant = await measure("distant");
  const quiet = await measure("quiet");
  return {
    p99Ms: distant.p99Ms,
    personalShare: distant.share,
    quietP99Ms: quiet.p99Ms,
    quietPersonalShare: quiet.share,
  };
}
