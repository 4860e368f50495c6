import type { EventFacts, TypeFacts } from "./event-facts.ts";
import { EXAMPLES_MAX, type Finding, percent, type Severity, severityOf, thousands } from "./finding.ts";
import {
  AUTOMATED,
  CLOCK_OFF_MS,
  CLOCKS_OFF_SHARE,
  EVENTS_MIN,
  FOREIGN_LISTS,
  OTHER_CURRENCY_SHARE,
  PURCHASES_MIN,
  UNKNOWN_ITEMS,
  VISITS_MAX,
  WITHOUT_LIST_SHARE,
  WITHOUT_VALUE_SHARE,
  WITHOUT_VISITOR,
} from "./thresholds.ts";

/** What stands out in a week's events, each by itself. */
export function judgeEvents(facts: EventFacts): Finding[] {
  return [
    ...unknownItems(facts),
    ...withoutVisitor(facts),
    ...sharedIds(facts),
    ...withoutValue(facts),
    ...mixedCurrencies(facts),
    ...withoutList(facts),
    ...foreignLists(facts),
    ...automated(facts),
    ...clocksOff(facts),
  ];
}

/** `add_to_cart` as people read it, in the plural. */
export function plural(type: string): string {
  const words = type.replaceAll("_", " ");
  return /(?:s|x|ch|sh)$/.test(words) ? `${words}es` : `${words}s`;
}

function mostFrequent(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function unknownItems({ types }: EventFacts): Finding[] {
  return [...types].flatMap(([type, { withItem, unknownItems: count, unknown }]): Finding[] => {
    const severity = severityOf(count / withItem, UNKNOWN_ITEMS);
    if (withItem < EVENTS_MIN || severity === null) return [];
    return [
      {
        ...{ code: "unknown_items", about: type, severity, count, of: withItem },
        sentence: `${percent(count, withItem)} of ${plural(type)} name items that the catalogue has never had: ${thousands(count)} of ${thousands(withItem)}. No model learns from them.`,
        advice:
          "Compare an example with an item_id of your catalogue: pages often name a variant's id, or one in other letters. Send what is missing to POST /v1/items, or import the catalogue here.",
        examples: mostFrequent(unknown)
          .slice(0, EXAMPLES_MAX)
          .map(([id]) => id),
      },
    ];
  });
}

function withoutVisitor({ consented: of, withoutVisitor: byType }: EventFacts): Finding[] {
  const count = [...byType.values()].reduce((sum, events) => sum + events, 0);
  const severity = severityOf(count / of, WITHOUT_VISITOR);
  if (of < EVENTS_MIN || severity === null) return [];
  return [
    {
      ...{ code: "events_without_visitor", about: "", severity, count, of },
      sentence: `${percent(count, of)} of the events of visitors who agreed name nobody: neither user_id nor anonymous_id. They count in what is popular, and in nobody's history.`,
      advice:
        "The beacon sets anonymous_id by itself; a server that sends events has to send the id of the visitor's device or account along.",
      examples: mostFrequent(byType)
        .slice(0, EXAMPLES_MAX)
        .map(([type, events]) => `${type}: ${thousands(events)}`),
    },
  ];
}

function sharedIds({ shared, consented: of }: EventFacts): Finding[] {
  const count = shared.reduce((sum, { events }) => sum + events, 0);
  const [most] = shared;
  if (most === undefined) return [];
  const others = shared.length === 1 ? "" : `, and ${shared.length - 1} more like it`;
  return [
    {
      ...{ code: "shared_visitor_id", about: most.kind, severity: "error", count, of: Math.max(of, count) },
      sentence: `The ${most.kind} "${most.id}" came in ${thousands(most.visits)} visits in a week${others}: more than ${VISITS_MAX} are no single visitor's. All who share it get one list.`,
      advice:
        'Look where the id is set: a fixed text such as "guest" or an id of the shop itself must be left out; then the beacon gives each device its own.',
      examples: shared.slice(0, EXAMPLES_MAX).map(({ id, visits }) => `${id}: ${thousands(visits)} visits`),
    },
  ];
}

function withoutValue({ types, purchasesWithoutValue: count }: EventFacts): Finding[] {
  const of = types.get("purchase")?.events ?? 0;
  if (of < PURCHASES_MIN || count / of < WITHOUT_VALUE_SHARE) return [];
  return [
    {
      ...{ code: "purchases_without_value", about: "purchase", severity: "warn", count, of },
      sentence: `${percent(count, of)} of purchases have no value: ${thousands(count)} of ${thousands(of)}. What lists have sold is told too low.`,
      advice:
        'Send what was paid: purchase("sku-1", { value: 49.9, currency: "EUR" }), a line of the order each.',
      examples: [],
    },
  ];
}

function mixedCurrencies({ currencies }: EventFacts): Finding[] {
  const sorted = mostFrequent(currencies);
  const of = sorted.reduce((sum, [, purchases]) => sum + purchases, 0);
  const [main] = sorted;
  if (main === undefined || of < PURCHASES_MIN) return [];
  const count = of - main[1];
  if (count / of < OTHER_CURRENCY_SHARE) return [];
  return [
    {
      ...{ code: "mixed_currencies", about: "purchase", severity: "warn", count, of },
      sentence: `Purchases come in ${sorted.length} currencies, ${percent(count, of)} of them not in ${main[0]}. Values are added up as they were sent, so sums of money mean little.`,
      advice: `Convert values to ${main[0]} before you send them; the currency may stay in context.`,
      examples: sorted.slice(0, EXAMPLES_MAX).map(([name, purchases]) => `${name}: ${thousands(purchases)}`),
    },
  ];
}

function withoutList({ types, impressionsWithoutList: count }: EventFacts): Finding[] {
  const of = types.get("impression")?.events ?? 0;
  if (of < EVENTS_MIN || count / of < WITHOUT_LIST_SHARE) return [];
  return [
    {
      ...{ code: "impressions_without_list", about: "impression", severity: "warn", count, of },
      sentence: `${percent(count, of)} of impressions name no recommendation_id: ${thousands(count)} of ${thousands(of)}. They count for no scenario, and no experiment.`,
      advice:
        "Mark each list with data-ls-rec, set to the answer's recommendation_id; who sends impressions from a server sends it along.",
      examples: [],
    },
  ];
}

function foreignLists({ listedClicks: of, foreignClicks: count, foreignLists: ids }: EventFacts): Finding[] {
  const severity = severityOf(count / of, FOREIGN_LISTS);
  if (of < EVENTS_MIN || severity === null) return [];
  return [
    {
      ...{ code: "clicks_on_foreign_lists", about: "click", severity, count, of },
      sentence: `${percent(count, of)} of the clicks that name a list name one that was not answered here: ${thousands(count)} of ${thousands(of)}. They are no list's success.`,
      advice:
        "recommendation_id must be the answer's own, whole and unchanged. Another environment's key, an id of your own or one cut by a database column end like this.",
      examples: [...ids],
    },
  ];
}

function automated({ rows: of, automated: count }: EventFacts): Finding[] {
  const share = count / of;
  if (of < EVENTS_MIN || share < AUTOMATED.info) return [];
  const severity: Severity = share >= AUTOMATED.warn ? "warn" : "info";
  return [
    {
      ...{ code: "automated_traffic", about: "", severity, count, of },
      sentence: `${percent(count, of)} of all events are robots': by their user agent, or because no person is so fast, so regular or so long at it. They are kept, and change no list.`,
      advice:
        "Where your own server sends events with a browser's user agent, or a test runs on the live shop, that is seen here: use the secret key from a server. Others' robots do no harm.",
      examples: [],
    },
  ];
}

function clocksOff({ types, clocksOff: count }: EventFacts): Finding[] {
  const of = peopleEvents(types);
  if (of < EVENTS_MIN || count / of < CLOCKS_OFF_SHARE) return [];
  return [
    {
      ...{ code: "clocks_off", about: "", severity: "warn", count, of },
      sentence: `${percent(count, of)} of events were sent by a clock that is over ${CLOCK_OFF_MS / 60_000} minutes off. Their times were set right by the difference, as far as it tells.`,
      advice:
        "A server's clock is set by NTP; sent_at must be the moment of sending, in milliseconds UTC, and not the event's time or a local time.",
      examples: [],
    },
  ];
}

export function peopleEvents(types: ReadonlyMap<string, TypeFacts>): number {
  return [...types.values()].reduce((sum, { events }) => sum + events, 0);
}
