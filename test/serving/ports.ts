import type { KeyRecord } from "../../src/events/index.ts";
import type { Profile, ScenarioSet, TenantConfig, TenantLists } from "../../src/features/index.ts";
import type { ScoreAnswer, ScoreRequest } from "../../src/registry/index.ts";
import { NO_RULES } from "../../src/rules/index.ts";
import {
  type AnswerRequest,
  createMemory,
  createSigner,
  type FallbackLists,
  type LastGoodList,
  makeAnswer,
  type OwnList,
  type RankedList,
  type ServingMemory,
  type ServingPorts,
  Timeline,
} from "../../src/serving/index.ts";

type Score = (request: ScoreRequest) => Promise<ScoreAnswer> | ScoreAnswer;

/**
 * In-memory twins of all ports of serving. Each read is written down; time stands still but for `advance`, which lets the
 * timers of waits go off; a store that is told to hang never answers.
 */
export class World {
  nowMs = 1_700_000_000_000;
  readonly reads: string[] = [];
  readonly scored: ScoreRequest[] = [];
  readonly keys = { cached: new Map<string, KeyRecord>(), stored: new Map<string, KeyRecord>() };
  readonly configs = new Map<string, TenantConfig>();
  readonly scenarios = new Map<string, ScenarioSet>();
  readonly profiles = new Map<string, Profile>();
  readonly segments = new Map<string, string[]>();
  readonly attributes = new Map<string, Record<string, unknown>>();
  readonly lists = new Map<string, FallbackLists>();
  readonly seen = new Map<string, RankedList>();
  readonly own = new Map<string, OwnList>();
  readonly hanging = new Set<string>();
  readonly failing = new Set<string>();
  /** What every read waits for; null: nothing. */
  gate: Promise<void> | null = null;
  score: Score = () => ({ status: "no_model" });
  readonly background: Promise<unknown>[] = [];
  readonly #timers = new Set<{ dueMs: number; ring(): void }>();
  readonly ports: ServingPorts;

  constructor() {
    const read = async <T>(name: string, value: () => T | Promise<T>): Promise<T> => {
      this.reads.push(name);
      if (this.gate !== null) await this.gate;
      if (this.hanging.has(name)) return new Promise<T>(() => {});
      if (this.failing.has(name)) throw new Error(`${name} is down`);
      return value();
    };
    this.ports = {
      keys: {
        cached: (hash) => read("key", () => this.keys.cached.get(hash) ?? null),
        stored: (tenant, hash) => read("key_stored", () => this.keys.stored.get(`${tenant} ${hash}`) ?? null),
      },
      configs: { read: (tenant) => read("config", () => this.configs.get(tenant) ?? null) },
      scenarios: { read: (tenant) => read("scenarios", () => this.scenarios.get(tenant) ?? null) },
      profiles: {
        read: (tenant, subjects) =>
          read("profile", () =>
            mergedProfile(subjects.flatMap((subject) => this.profiles.get(`${tenant} ${subject}`) ?? [])),
          ),
        readFacts: ({ tenant, userId, subjects }) =>
          read("facts", async () => ({
            profile: mergedProfile(
              subjects.flatMap((subject) => this.profiles.get(`${tenant} ${subject}`) ?? []),
            ),
            segments: subjects.flatMap((subject) => this.segments.get(`${tenant} ${subject}`) ?? []),
            attributes: this.attributes.get(`${tenant} ${userId}`) ?? {},
          })),
      },
      lists: {
        read: (tenant) => read("lists", () => this.lists.get(tenant) ?? lists({})),
        writeLastGood: async (tenant, lastGood) => {
          this.lists.set(tenant, { ...(this.lists.get(tenant) ?? lists({})), lastGood });
        },
      },
      seen: {
        get: (key) => read("seen", () => this.seen.get(key) ?? null),
        put: async (key, list) => {
          this.seen.set(key, list);
        },
      },
      own: {
        get: (key) => read("own", () => this.own.get(key) ?? null),
        put: async (key, list) => {
          this.own.set(key, list);
        },
      },
      scorer: {
        score: (request) => {
          this.scored.push(request);
          return read("scorer", () => this.score(request));
        },
      },
      signer: createSigner("a secret of the tests"),
      now: () => this.nowMs,
      timer: (ms) => {
        const timer = { dueMs: this.nowMs + ms, ring: () => {} };
        const elapsed = new Promise<void>((resolve) => {
          timer.ring = resolve;
        });
        this.#timers.add(timer);
        return { elapsed, cancel: () => void this.#timers.delete(timer) };
      },
      background: (work) => {
        this.background.push(work.catch(() => undefined));
      },
    };
  }

  /** Lets time pass; waits that are over by then end. */
  advance(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.dueMs > this.nowMs) continue;
      this.#timers.delete(timer);
      timer.ring();
    }
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** What `work` comes to when every wait in it is waited out. */
  async waitOut<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!done && this.#timers.size > 0) this.advance(1_000);
    }
    return work;
  }
}

function mergedProfile(found: readonly Profile[]): Profile | null {
  if (found.length === 0) return null;
  return {
    history: found.flatMap(({ history }) => history),
    bought: found.flatMap(({ bought }) => bought),
    shown: found.flatMap(({ shown }) => shown),
    updatedAtMs: Math.max(...found.map(({ updatedAtMs }) => updatedAtMs)),
  };
}

export interface Ask {
  tenant?: string;
  keyKind?: "publishable" | "secret";
  recent?: string[];
  userId?: string;
  anonymousId?: string;
  userToken?: string;
  exclude?: string[];
  limit?: number;
  itemId?: string;
  trending?: boolean;
  fields?: ("title" | "url" | "price")[];
  request?: Partial<AnswerRequest>;
}

/** A question that asks for nothing special. */
export const PLAIN = {
  ...{ scenario: "home", limit: 3, exclude: [], fields: [], seed: 7 },
  ...{ rules: NO_RULES, attributes: {}, location: null, referrer: null, visit: null, cursor: null },
  ids: {},
};

/** One isolate: a memory of its own over a world that it shares with others. */
export function isolate(world: World, memory: ServingMemory = createMemory()) {
  return (ask: Ask) => {
    const { recent = [], userId, anonymousId, userToken } = ask;
    const visitor = {
      keyKind: ask.keyKind ?? ("publishable" as const),
      recent,
      ...(userId === undefined ? {} : { userId }),
      ...(anonymousId === undefined ? {} : { anonymousId }),
      ...(userToken === undefined ? {} : { userToken }),
    };
    const subject =
      ask.itemId !== undefined
        ? ({ kind: "item", itemId: ask.itemId, together: false } as const)
        : ask.trending === true
          ? ({ kind: "anybody", list: "trending_24h", category: null } as const)
          : ({ kind: "visitor", visitor } as const);
    return makeAnswer(
      {
        tenant: ask.tenant ?? "shore",
        subject,
        ...PLAIN,
        limit: ask.limit ?? 3,
        exclude: ask.exclude ?? [],
        fields: ask.fields ?? [],
        ...ask.request,
      },
      world.ports,
      { memory, timeline: new Timeline(world.ports.now) },
    );
  };
}

export function config(tenant: string, requireUserToken = false): TenantConfig {
  return { tenant, customEventTypes: [], requireUserToken, createdAtMs: 0 };
}

export function viewed(...itemIds: string[]): Profile {
  return {
    history: itemIds.map((itemId, index) => ({ itemId, type: "view", occurredAtMs: 1_000 * index })),
    bought: [],
    shown: [],
    updatedAtMs: 0,
  };
}

export function lists(ids: {
  trending?: string[];
  popular?: string[];
  newest?: string[];
  lastGood?: string[];
  withdrawn?: string[];
}): FallbackLists {
  const lastGood: LastGoodList | null =
    ids.lastGood === undefined
      ? null
      : { v: 1, createdAtMs: 0, modelVersion: "m0", items: ids.lastGood.map(item) };
  const withdrawn =
    ids.withdrawn === undefined ? null : { v: 1 as const, sinceMs: 0, itemIds: ids.withdrawn };
  return { lastGood, lists: packed(ids), categories: null, withdrawn };
}

/** The lists as KV has them: every item once. */
function packed({ trending = [], popular = [], newest = [] }: Parameters<typeof lists>[0]): TenantLists {
  const itemIds = [...new Set([...trending, ...popular, ...newest])];
  const list = (ids: string[]) => ({
    at: ids.map((itemId) => itemIds.indexOf(itemId)),
    scores: ids.map((_, rank) => 1 / (rank + 1)),
  });
  const none = list([]);
  return {
    v: 1,
    createdAtMs: 0,
    items: {
      itemIds,
      fields: { title: itemIds.map((itemId) => `Title of ${itemId}`), price: itemIds.map((_, at) => at) },
    },
    lists: {
      ...{ trending_1h: none, trending_24h: list(trending), trending_7d: none },
      ...{ popular: list(popular), newest: list(newest) },
    },
    segments: {},
  };
}

function item(itemId: string, rank: number) {
  return { itemId, score: 1 / (rank + 1), fields: { title: `Title of ${itemId}`, price: rank } };
}

/** The scorer's answer: these items, without those excluded, at most as many as asked for. */
export function ranks(itemIds: string[], modelVersion = "m1"): Score {
  return ({ exclude, history, limit }) => {
    const blocked = new Set([...exclude, ...history.map(({ itemId }) => itemId)]);
    const items = itemIds
      .filter((itemId) => !blocked.has(itemId))
      .slice(0, limit)
      .map((itemId, rank) => ({ itemId, score: -rank }));
    return { status: "ok", modelVersion, overlayEtag: "o1", items };
  };
}

export const shown = (answer: { items: { itemId: string; source: string }[] }) =>
  answer.items.map(({ itemId, source }) => `${itemId}:${source}`);
