import type { Clock } from "../base/index.ts";
import type { KeyRecord } from "../events/index.ts";
import type {
  Profile,
  ScenarioSet,
  StoredVisitor,
  TenantCategories,
  TenantConfig,
  TenantLists,
  WithdrawnItems,
} from "../features/index.ts";
import type { ScoredItem, ScorerRpc } from "../registry/index.ts";
import type { Timer } from "./deadline.ts";
import type { Signer } from "./signer.ts";

/** Where keys stand: a near copy first, then the truth, which also knows a key made a second ago. */
export interface KeyStore {
  cached(hash: string): Promise<KeyRecord | null>;
  stored(tenant: string, hash: string): Promise<KeyRecord | null>;
}

export interface ConfigStore {
  /** Null for a tenant that does not exist. */
  read(tenant: string): Promise<TenantConfig | null>;
}

export interface ScenarioStore {
  /** Null for a tenant that has never stored one. */
  read(tenant: string): Promise<ScenarioSet | null>;
}

export interface ProfileStore {
  /** Subjects are `u:<user_id>` and `a:<anonymous_id>`; given both, their profiles are merged. */
  read(tenant: string, subjects: string[]): Promise<Profile | null>;
  /** With what rules may ask of the user besides. Costs a second query, in the same round. */
  readFacts(visitor: { tenant: string; userId?: string; subjects: string[] }): Promise<StoredVisitor>;
}

/** What the model's rungs leave when the scorer is away: lists that are good for anybody. */
export interface FallbackLists {
  lastGood: LastGoodList | null;
  lists: TenantLists | null;
  /** Only where a category was asked for. */
  categories: TenantCategories | null;
  /** What of them may not be answered any more. */
  withdrawn: WithdrawnItems | null;
}

/** What the model's answers had in common lately, best first. */
export interface LastGoodList {
  v: 1;
  createdAtMs: number;
  modelVersion: string;
  items: LastGoodItem[];
}

export interface LastGoodItem extends ScoredItem {
  /** Fields that it was asked for with, and has no value of; of a field that is named neither here nor in `fields` nothing is known. */
  lacks?: readonly string[];
}

export interface ListStore {
  /** All lists of a tenant in one read. */
  read(tenant: string, which: { categories: boolean }): Promise<FallbackLists>;
  writeLastGood(tenant: string, list: LastGoodList): Promise<void>;
}

/** A list that the model ranked, with the state of the world it was ranked in. */
export interface RankedList {
  modelVersion: string;
  overlayEtag: string | null;
  items: ScoredItem[];
  /** How many items the rules allow; absent where none were given. */
  qualifying?: number;
  /** What of the rules was given up for want of items. */
  relaxed?: string[];
}

/** Ranked lists shared by the isolates of one location; each lives a minute. Keys are URL paths. */
export interface SeenLists {
  get(key: string): Promise<RankedList | null>;
  put(key: string, list: RankedList): Promise<void>;
}

/** The list that somebody had last, and what it takes to tell whether it may stand in. */
export interface OwnList extends RankedList {
  /** When the history that it was ranked by had been read. */
  rankedAtMs: number;
  /** Whether what is stored of the visitor had a part in it; else what the device sent alone. */
  usesStored: boolean;
}

/** Owners' last lists, shared by the isolates of one location; each lives a day. Keys are URL paths. */
export interface OwnLists {
  get(key: string): Promise<OwnList | null>;
  put(key: string, list: OwnList): Promise<void>;
}

export interface ServingPorts {
  keys: KeyStore;
  configs: ConfigStore;
  scenarios: ScenarioStore;
  profiles: ProfileStore;
  lists: ListStore;
  seen: SeenLists;
  own: OwnLists;
  scorer: ScorerRpc;
  signer: Signer;
  now: Clock;
  timer: Timer;
  /** Keeps work alive after the answer; the work's failure is the port's to report. */
  background(work: Promise<unknown>): void;
}
