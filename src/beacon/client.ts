import type {
  Answer,
  BeaconEvent,
  Consent,
  EventProps,
  Lakeshore,
  RecommendOptions,
  WhyOptions,
} from "./api.ts";
import { type QueuedEvent, withoutIds } from "./batch.ts";
import { parseConsent, resolveConsent } from "./consent.ts";
import { createDevice } from "./device.ts";
import { QUEUE_EVENTS_MAX } from "./limits.ts";
import { createOutbox } from "./outbox.ts";
import type { Ports } from "./ports.ts";
import { visitReferrer, withReferrer } from "./referrer.ts";
import { makeUuid } from "./uuid.ts";

export interface ClientOptions {
  /** Base of the API, without a slash at its end. */
  api: string;
  /** The publishable key. */
  key: string;
  initialConsent: Consent;
  /** The browser says no: Global Privacy Control or Do Not Track. */
  signal: boolean;
  /** The host that led to this page, empty for none; absent when it was a page of the site. */
  arrived?: string | undefined;
}

export interface Client extends Omit<Lakeshore, "push"> {
  hide(): void;
  wake(): void;
}

/** A question as the API names its parts. */
interface Asked extends RecommendOptions, WhyOptions {
  user_id?: string;
  anonymous_id?: string;
  session_id?: string;
  user_token?: string | undefined;
  recent?: readonly string[];
  referrer?: string | undefined;
  recommendation_id?: string;
}

/** Types that show an interest in an item: what `recent` is made of. */
const INTEREST = /^(view|click|add_to_cart|purchase|like)$/;

/** The beacon without a page: state and decisions over `Ports`. */
export function createClient(
  { api, key, initialConsent, signal, arrived }: ClientOptions,
  ports: Ports,
): Client {
  // By tenant, not by key: a key may be replaced.
  const prefix = `lakeshore.${key.split("_")[1]}.`;
  const choiceKey = `${prefix}consent`;
  const referrerKey = `${prefix}referrer`;
  const consentOf = (choice: Consent | null) => resolveConsent({ choice, initial: initialConsent, signal });
  let state = consentOf(parseConsent(ports.local.get(choiceKey)));
  let hook = (event: BeaconEvent): BeaconEvent | null => event;
  let user: { id: string; token?: string | undefined } | undefined;
  let undecided: QueuedEvent[] = [];

  const mayStore = () => state === "granted";
  const device = createDevice(prefix, mayStore, ports);
  const outbox = createOutbox({ prefix: `${prefix}queue.`, urlFor, mayStore, ports });

  function urlFor(userId: string | undefined): string {
    const token = user !== undefined && user.id === userId ? user.token : undefined;
    return `${api}/v1/events?${query({ key, user_token: token })}`;
  }

  function release(event: QueuedEvent): void {
    if (state === "denied" && event.type === "identify") return;
    const known =
      state === "denied"
        ? withoutIds(event)
        : INTEREST.test(event.type)
          ? withReferrer(event, visitReferrer(referrerKey, arrived, ports.session))
          : event;
    try {
      const kept = hook({ ...known, sent_at: ports.now() });
      if (kept !== null) outbox.add(kept);
    } catch {
      // A hook that fails may be the one that takes something private out: hold the event back.
    }
  }

  function forget(): void {
    device.forget();
    ports.session.remove(referrerKey);
  }

  function enter(next: Consent): void {
    state = next;
    if (next === "denied") {
      outbox.anonymise();
      forget();
    }
    if (next === "pending") return;
    if (next === "granted") device.save();
    const released = undecided;
    undecided = [];
    released.forEach(release);
  }

  /** For the list itself and for its reasons alike, so that both are asked about the same visitor. */
  function visitor(): Asked {
    if (state !== "granted") return {};
    const recent = device.recent();
    return {
      ...device.ids(),
      user_token: user?.token,
      recent,
      // Of a visitor whose items are known it says nothing more.
      referrer: recent.length > 0 ? undefined : visitReferrer(referrerKey, arrived, ports.session),
    };
  }

  /** By its address, which caches well, unless it says what no address can. */
  async function ask<T = Answer>(path: string, asked: Asked = {}): Promise<T> {
    const isRich = asked.rules !== undefined || asked.recommendation_id !== undefined;
    const { status, body } = await ports.get(
      `${api}/v1/${path}?${query({ key, ...(isRich ? {} : inAddress(asked)) })}`,
      isRich ? JSON.stringify(asked) : undefined,
    );
    if (status !== 200)
      throw Object.assign(new Error(`${path} was answered with ${status}`), { status, body });
    return body as T;
  }

  const client: Client = {
    track(type, props) {
      const nowMs = ports.now();
      const event: QueuedEvent = {
        ...props,
        event_id: makeUuid(nowMs, ports.random(10)),
        type,
        ...(state === "denied" ? {} : device.ids()),
        occurred_at: nowMs,
        consent: "granted",
      };
      if (state !== "denied" && event.item_id !== undefined && INTEREST.test(type))
        device.remember(event.item_id);
      if (state === "pending") undecided = [...undecided, event].slice(-QUEUE_EVENTS_MAX);
      else release(event);
      return event.event_id;
    },
    view: (itemId, props) => trackItem("view", itemId, props),
    click: (itemId, props) => trackItem("click", itemId, props),
    addToCart: (itemId, props) => trackItem("add_to_cart", itemId, props),
    purchase: (itemId, props) => trackItem("purchase", itemId, props),
    like: (itemId, props) => trackItem("like", itemId, props),
    play: (itemId, watchedSeconds, props) =>
      trackItem("play", itemId, { ...props, duration_ms: Math.round(watchedSeconds * 1_000) }),

    identify(userId, userToken) {
      user = { id: userId, token: userToken };
      if (state !== "denied" && device.setUser(userId)) client.track("identify");
    },

    consent(choice) {
      if (choice === undefined) return state;
      if (choice === "pending") {
        ports.local.remove(choiceKey);
        forget();
      } else ports.local.set(choiceKey, choice);
      enter(consentOf(choice));
      return state;
    },

    recommend: (options) => ask("recommendations", { ...options, ...visitor() }),
    why: (recommendationId, options) =>
      ask("why", { ...options, ...visitor(), recommendation_id: recommendationId }),
    similar: (itemId, options) => ask(`items/${encodeURIComponent(itemId)}/similar`, options),
    trending: (options) => ask("trending", options),
    newest: (options) => ask("new", options),

    reset() {
      // First, because the user's token goes with the user.
      void outbox.flush();
      user = undefined;
      forget();
    },
    flush: () => outbox.flush(),
    beforeSend(next) {
      hook = next;
    },
    hide: () => outbox.hide(),
    wake: () => outbox.wake(),
  };

  function trackItem(type: string, itemId: string, props?: EventProps): string {
    return client.track(type, { ...props, item_id: itemId });
  }

  enter(state);
  outbox.reclaim();
  return client;
}

/** Lists joined by commas. An id with one would arrive as two that nobody knows. */
function inAddress({ rules: _, ...asked }: Asked): Record<string, string | number | undefined> {
  return Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [
      name,
      typeof value === "object" ? value.filter((one) => !one.includes(",")).join() || undefined : value,
    ]),
  );
}

/** A query string of what is not undefined. */
function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) search.set(name, `${value}`);
  return search.toString();
}
