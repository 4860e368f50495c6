import type { Answer, BeaconEvent, Consent, EventProps, Lakeshore } from "./api.ts";
import { type QueuedEvent, withoutIds } from "./batch.ts";
import { consentOf } from "./consent.ts";
import { createDevice } from "./device.ts";
import { QUEUE_EVENTS_MAX } from "./limits.ts";
import { createOutbox } from "./outbox.ts";
import type { Ports } from "./ports.ts";
import { type Asked, query } from "./query.ts";
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
  const unchosen = signal ? "denied" : initialConsent;
  /** The stored choice as it was last heard of: another tab may change it. */
  let heard = ports.local.get(choiceKey);
  let state = consentOf(heard, unchosen);
  let hook = (event: BeaconEvent): BeaconEvent | null => event;
  /** Kept without consent too, and then neither stored nor sent: it holds from when consent is granted. */
  let userId: string | undefined;
  /** Of all that were here: their events may still wait. */
  const tokens = new Map<string | undefined, string | undefined>();
  let undecided: QueuedEvent[] = [];

  const device = createDevice(prefix, () => current() === "granted", ports);
  const outbox = createOutbox({ prefix: `${prefix}queue.`, urlFor, consent: current, ports });
  const ids = () => ({ ...(userId !== undefined && { user_id: userId }), ...device.ids() });

  function urlFor(ofUser: string | undefined): string {
    return `${api}/v1/events?${query({ key, user_token: tokens.get(ofUser) })}`;
  }

  /** What holds now. Asked before all that is stored or sent, because the choice may have been made in another tab. */
  function current(): Consent {
    const stored = ports.local.get(choiceKey);
    if (stored !== heard) choose(stored);
    return state;
  }

  function choose(choice: string | null): void {
    // Not the choice itself: where storage is forbidden or full, memory holds it.
    heard = ports.local.get(choiceKey);
    if (choice !== "granted") forget();
    enter(consentOf(choice, unchosen));
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
    if (next === "denied") forget();
    outbox.obey();
    if (next === "pending") return;
    if (next === "granted") device.save();
    const released = undecided;
    undecided = [];
    released.forEach(release);
    introduce();
  }

  function introduce(): void {
    if (userId !== undefined && current() === "granted" && device.isNews(userId)) client.track("identify");
  }

  /** For the list itself and for its reasons alike, so that both are asked about the same visitor. */
  function visitor(): Asked {
    if (current() !== "granted") return {};
    const recent = device.recent();
    return {
      ...ids(),
      user_token: tokens.get(userId),
      recent,
      // Of a visitor whose items are known it says nothing more.
      referrer: recent.length > 0 ? undefined : visitReferrer(referrerKey, arrived, ports.session),
    };
  }

  /** By its address, which caches well, unless it says what no address can. */
  async function ask<T = Answer>(path: string, asked: Asked = {}): Promise<T> {
    const isRich = asked.rules !== undefined || asked.recommendation_id !== undefined;
    const { status, body } = await ports.get(
      `${api}/v1/${path}?${query({ key, ...(!isRich && asked) })}`,
      isRich ? JSON.stringify(asked) : undefined,
    );
    if (status !== 200) throw Object.assign(new Error(`${path}: ${status}`), { status, body });
    return body as T;
  }

  const client: Client = {
    track(type, props) {
      const nowMs = ports.now();
      const event: QueuedEvent = {
        ...props,
        event_id: makeUuid(nowMs, ports.random(10)),
        type,
        ...(current() !== "denied" && ids()),
        occurred_at: nowMs,
        consent: "granted",
      };
      if (state !== "denied" && event.item_id !== undefined && INTEREST.test(type))
        device.remember(event.item_id);
      if (state === "pending") undecided = [...undecided, event].slice(-QUEUE_EVENTS_MAX);
      else release(event);
      return event.event_id;
    },
    view: telling("view"),
    click: telling("click"),
    addToCart: telling("add_to_cart"),
    purchase: telling("purchase"),
    like: telling("like"),
    play: (itemId, watchedSeconds, props) =>
      telling("play")(itemId, { ...props, duration_ms: Math.round(watchedSeconds * 1_000) }),

    identify(id, userToken) {
      userId = id;
      tokens.set(id, userToken);
      introduce();
    },

    consent(choice) {
      if (choice === undefined) return current();
      if (choice === "pending") ports.local.remove(choiceKey);
      else ports.local.set(choiceKey, choice);
      choose(choice);
      return state;
    },

    recommend: (options) => ask("recommendations", { ...options, ...visitor() }),
    why: (recommendationId, options) =>
      ask("why", { ...options, ...visitor(), recommendation_id: recommendationId }),
    similar: (itemId, options) => ask(`items/${encodeURIComponent(itemId)}/similar`, options),
    trending: (options) => ask("trending", options),
    newest: (options) => ask("new", options),

    reset() {
      void outbox.flush();
      userId = undefined;
      forget();
    },
    flush: outbox.flush,
    beforeSend(next) {
      hook = next;
    },
    hide: outbox.hide,
    wake: outbox.wake,
  };

  function telling(type: string) {
    return (itemId: string, props?: EventProps) => client.track(type, { ...props, item_id: itemId });
  }

  // What an earlier page stored waits for the visitor's answer: sites learn it of their own tools, a moment after the start.
  if (state !== "pending") enter(state);
  return client;
}
