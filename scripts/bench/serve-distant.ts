import { setTimeout as sleep } from "node:timers/promises";
import { latenciesOf } from "./latency.ts";
import type { LoadGenerator, LoadRequest } from "./load.ts";
import { isModels } from "./serve-cold.ts";
import { offer } from "./serve-rate.ts";
import type { PreparedState } from "./serve-state.ts";
import type { Site } from "./site.ts";

export interface DistantReport {
  p99Ms: number;
  /** Of known users' answers, those whose items are the model's. */
  personalShare: number;
  /**
   * Of a site so quiet that each request finds an edge isolate that remembers nothing, a scorer that has loaded nothing, and of the location's copies
   * only those in the Cache API. First visits and returning ones.
   */
  quietP99Ms: number;
  /** Of known users who come again within the day, those answered by the list that the model ranked for them when they came before. */
  quietPersonalShare: number;
  /** Likewise, first visits counted too, which have none: half of all here. */
  quietPersonalShareOfAll: number;
}

/** Few enough that waiting for stores, and not for the thread, is what takes time. */
const RATE_PER_SECOND = 25;
/** A scorer that was cold is asked again up to 7 s after the answer, unless it takes longer than that to be warm. */
const BACKGROUND_MS = 8_000;

interface Visits {
  p99Ms: number;
  latenciesMs: number[];
  texts: string[];
}

/** Known users, named by a server with a secret key, while every store is as far away as stores are. `coldMs`: until a cold scorer ranks. */
export async function measureDistant(
  load: LoadGenerator,
  site: Site,
  { users }: PreparedState,
  { requests, coldMs }: { requests: number; coldMs: number },
): Promise<DistantReport> {
  const visit = async (mode: string, visitors: readonly string[]): Promise<Visits> => {
    let asked = 0;
    const request = (): LoadRequest => ({
      path: "/v1/recommendations",
      body: JSON.stringify({ user_id: visitors[asked++], limit: 10 }),
      headers: {
        authorization: `Bearer ${site.identity.secretKey}`,
        ...{ "x-bench": mode, "x-bench-cold-ms": String(coldMs) },
      },
    });
    const { latenciesMs, answers = [] } = await offer(load, {
      ...{ url: site.url, request },
      ...{ ratePerSecond: RATE_PER_SECOND, seconds: visitors.length / RATE_PER_SECOND },
    });
    const failed = answers.find(({ status }) => status !== 200);
    if (failed !== undefined) throw new Error(`from afar: ${failed.status} ${failed.text.slice(0, 300)}`);
    return {
      p99Ms: latenciesOf(latenciesMs).p99Ms,
      latenciesMs,
      texts: answers.map(({ text }) => text),
    };
  };
  const inTurn = (count: number) =>
    Array.from({ length: count }, (_, at) => users[at % users.length] as string);
  // What the first requests alone have to wait for: the connection, code compiled for the first time.
  await visit("distant", inTurn(2 * RATE_PER_SECOND));
  const visitors = inTurn(requests);
  const distant = await visit("distant", visitors);
  const lists = modelsLists(visitors, distant.texts);

  const known = [...lists.keys()].slice(0, Math.ceil(requests / 2));
  const first = await visit("quiet", known);
  await sleep(coldMs + BACKGROUND_MS);
  const again = await visit("quiet", known);
  const personal = ({ texts }: Visits) =>
    texts.filter((text, at) => isOwn(text, lists.get(known[at] as string))).length;
  return {
    p99Ms: distant.p99Ms,
    personalShare: share(distant.texts.filter(isModels).length, distant.texts.length),
    quietP99Ms: latenciesOf([...first.latenciesMs, ...again.latenciesMs]).p99Ms,
    quietPersonalShare: share(personal(again), known.length),
    quietPersonalShareOfAll: share(personal(first) + personal(again), 2 * known.length),
  };
}

/** What the model ranks for each user. Were two alike, a list for everybody could pass for somebody's own. */
function modelsLists(visitors: readonly string[], texts: readonly string[]): Map<string, string> {
  const lists = new Map<string, string>();
  texts.forEach((text, at) => {
    if (isModels(text)) lists.set(visitors[at] as string, itemsOf(text));
  });
  if (new Set(lists.values()).size < lists.size) throw new Error("two users have the same list");
  return lists;
}

/** Whether the answer is the user's own list, from the model or from before; the tenant's common list says the same source. */
function isOwn(text: string, list: string | undefined): boolean {
  return list !== undefined && itemsOf(text) === list;
}

function itemsOf(text: string): string {
  const { items } = JSON.parse(text) as { items: { item_id: string }[] };
  return JSON.stringify(items.map(({ item_id }) => item_id));
}

function share(count: number, of: number): number {
  return Math.round((1_000 * count) / of) / 1_000;
}
