/**
 * All that a page sees of the beacon. It stands by itself, so that its declarations are published as they are; that events fit the server's schema is held by
 * `test/beacon/client.test.ts`.
 */

/**
 * `pending`: events wait in memory. `granted`: ids, storage, everything. `denied`: events are sent without any id, so
 * that they count in totals only, and nothing is stored.
 */
export type Consent = "granted" | "denied" | "pending";

export interface Options {
  /** The publishable key. */
  key: string;
  /** Where the API is, such as `https://recs.shop.example`. */
  api: string;
  /** What holds until the visitor has chosen; `pending` when absent. */
  consent?: Consent;
  /** Whether page views and the time spent on them are told by themselves; yes when absent. */
  pages?: boolean;
}

/** What the page may say about an event; ids, times and consent are the beacon's. */
export interface EventProps {
  item_id?: string;
  /** Of an impression. `position` 0 is the first place. */
  items?: { item_id: string; position?: number }[];
  /** Of a purchase: what was paid in all. */
  value?: number;
  quantity?: number;
  /** ISO 4217, such as `EUR`. */
  currency?: string;
  duration_ms?: number;
  scenario?: string;
  recommendation_id?: string;
  /** Facts of your own, by names of up to 40 characters. */
  context?: Record<string, string | number | boolean>;
}

/** An event as it is sent. */
export interface BeaconEvent extends EventProps {
  event_id: string;
  type: string;
  user_id?: string;
  anonymous_id?: string;
  session_id?: string;
  /** Milliseconds since the epoch, by the device's clock. */
  occurred_at: number;
  sent_at: number;
  consent: "granted" | "denied";
}

export interface AnswerOptions {
  limit?: number;
  /** Item fields to carry in the answer: `title`, `url`, `image`, `price` … */
  fields?: readonly string[];
  exclude?: readonly string[];
  scenario?: string;
}

export interface RecommendOptions extends AnswerOptions {
  /** Filters, boosts, pins and more, as `/docs#rules` tells them. */
  rules?: Readonly<Record<string, unknown>>;
}

export interface WhyOptions extends Pick<RecommendOptions, "limit" | "exclude" | "scenario" | "rules"> {
  /** Other items, to be told why they are not in the list. */
  items?: readonly string[];
}

/** Why an item stands where it does, or why it does not. */
export interface Reasons {
  item_id: string;
  /** Its place without any rule. */
  rank_before: number | null;
  boosts: { name: string; by: number }[];
  pin?: string;
  /** What of the visitor's history spoke for it. */
  history: { item_id: string; by: number }[];
}

export interface Why {
  items: (Reasons & { rank: number; source: string; score: number })[];
  not_listed: (Reasons & { reason: string })[];
  qualifying: number | null;
  relaxed: string[];
  /** What of the question was not used: of `user_id`, the reasons are not the user's. */
  notices?: { field: string; message: string }[];
  degraded?: { reason: string; detail: string };
}

export interface AnswerItem {
  item_id: string;
  score: number;
  source: string;
  title?: string;
  url?: string;
  image?: string;
  price?: number;
  currency?: string;
  categories?: string[];
  tags?: string[];
  brand?: string;
  published_at?: number;
  attributes?: Record<string, string | number | boolean>;
}

export interface Answer {
  recommendation_id: string;
  model_version: string | null;
  variant: string;
  items: AnswerItem[];
  /** With rules: how many items they allow, and what was given up because those were too few. */
  qualifying?: number;
  relaxed?: string[];
  degraded?: { reason: string; detail: string };
}

/** The global `lakeshore` once the script has run. */
export interface Lakeshore {
  /** Returns the event's id. An event that the page's `beforeSend` holds back has one too. */
  track(type: string, props?: EventProps): string;
  view(itemId: string, props?: EventProps): string;
  click(itemId: string, props?: EventProps): string;
  addToCart(itemId: string, props?: EventProps): string;
  /** With what was paid: `{ value: 19.9, quantity: 1, currency: "EUR" }`. */
  purchase(itemId: string, props?: EventProps): string;
  like(itemId: string, props?: EventProps): string;
  /** A video, a song, an article: `watchedSeconds` of it. */
  play(itemId: string, watchedSeconds: number, props?: EventProps): string;
  /** `userToken` is the server's signature of the id, where the tenant requires one. */
  identify(userId: string, userToken?: string): void;
  /** The visitor's choice, remembered on the device; `pending` forgets it. Returns what holds now. */
  consent(choice?: Consent): Consent;
  /** Rejects with an error that carries `status` (0: no connection). The same holds for all that ask. */
  recommend(options?: RecommendOptions): Promise<Answer>;
  /** Why a list that this visit was given within the hour is as it is: ask with the options that it was asked with. */
  why(recommendationId: string, options?: WhyOptions): Promise<Why>;
  similar(itemId: string, options?: AnswerOptions): Promise<Answer>;
  trending(options?: AnswerOptions): Promise<Answer>;
  newest(options?: AnswerOptions): Promise<Answer>;
  /** Forgets user, device, session and recent items, as after a log-out. */
  reset(): void;
  /** Sends what waits; resolves after one attempt. */
  flush(): Promise<void>;
  /** Sees each event before it is queued; returning null, or throwing, holds it back. */
  beforeSend(hook: (event: BeaconEvent) => BeaconEvent | null): void;
  /** A call by name, or a function that gets this object. Calls pushed before the script came are made when it does. */
  push(command: Command): void;
}

export type Command = [name: string, ...args: unknown[]] | ((lakeshore: Lakeshore) => void);
