import type { EventFacts } from "./event-facts.ts";
import { type Finding, percent, type Severity, thousands } from "./finding.ts";
import { peopleEvents, plural } from "./judge-events.ts";
import type { IntakeFacts } from "./stored-facts.ts";
import {
  EVENTS_MIN,
  EXPECTED_BESIDE_MIN,
  FEWER,
  FEWER_DAYS_MIN,
  LISTED_CLICKS_MIN,
  REPEATED,
  SET_ASIDE,
} from "./thresholds.ts";

/** What stands out in what comes and what does not, type by type and day by day. */
export function judgeTraffic(events: EventFacts, intake: IntakeFacts): Finding[] {
  return [
    ...neverCame(events, intake.declaredTypes),
    ...fewerEvents(events),
    ...repeated(intake),
    ...setAside(events, intake),
  ];
}

function neverCame({ types, listedClicks, complete }: EventFacts, declared: readonly string[]): Finding[] {
  const count = (type: string) => types.get(type)?.events ?? 0;
  const all = peopleEvents(types);
  // What was not read may hold it.
  if (!complete) return [];
  const missed = (about: string, of: number, sentence: string, advice: string): Finding[] =>
    count(about) > 0
      ? []
      : [{ code: "type_never_came", about, severity: "warn", count: 0, of, sentence, advice, examples: [] }];
  return [
    ...(listedClicks < LISTED_CLICKS_MIN
      ? []
      : missed(
          "impression",
          listedClicks,
          `Lists were clicked ${thousands(listedClicks)} times this week, and no impression came: how often they were seen is unknown, and so is every click rate.`,
          "Mark the list's element with data-ls-rec and each item with data-ls-item: the beacon then sends impressions by itself.",
        )),
    ...(count("view") < EXPECTED_BESIDE_MIN
      ? []
      : missed(
          "purchase",
          count("view"),
          `${thousands(count("view"))} views came this week, and no purchase: sales of lists cannot be told, and models learn from looking alone.`,
          'Send purchase("sku-1", { value, quantity, currency }) on the page after the order, or from your server.',
        )),
    ...(all < EXPECTED_BESIDE_MIN
      ? []
      : declared.flatMap((type) =>
          missed(
            type,
            all,
            `You declared the type "${type}", and none came this week among ${thousands(all)} events.`,
            "Look for its name where it is sent: it must be the declared one, letter by letter. If it is not used any more, take it out of the tenant's settings.",
          ),
        )),
  ];
}

function fewerEvents({ types, complete }: EventFacts): Finding[] {
  if (!complete) return [];
  return [...types].flatMap(([type, { days }]): Finding[] => {
    const [count = 0, ...before] = days;
    // Days before the first event are no measure.
    const known = before.slice(0, before.findLastIndex((events) => events > 0) + 1);
    const of = Math.min(...known);
    if (known.length < FEWER_DAYS_MIN || of < EVENTS_MIN || count / of >= FEWER.warn) return [];
    const severity: Severity = count / of < FEWER.error ? "error" : "warn";
    return [
      {
        ...{ code: "fewer_events", about: type, severity, count, of },
        sentence: `${thousands(count)} ${plural(type)} came in the last 24 hours; the weakest day of the week before had ${thousands(of)}.`,
        advice:
          "Was the shop changed? Open a page and see whether the beacon still loads and the banner still tells it of consent; the browser's console names what blocks it.",
        examples: known
          .map((events, day) => `${day + 1} ${day === 0 ? "day" : "days"} before: ${thousands(events)}`)
          .slice(0, 5),
      },
    ];
  });
}

/** Ids that silver takes and D1 does not are told of by the reports on the lake; what is set aside is in no ledger. */
function repeated({ delivered: of, distinct, setAside: aside }: IntakeFacts): Finding[] {
  const count = Math.max(0, of - distinct - aside.reduce((sum, { events }) => sum + events, 0));
  if (of < EVENTS_MIN || count / of < REPEATED.info) return [];
  return [
    {
      ...{
        code: "repeated_events",
        about: "",
        severity: count / of >= REPEATED.warn ? "warn" : "info",
        count,
        of,
      },
      sentence: `${percent(count, of)} of the events of the last two days had come before, by their event_id: ${thousands(count)} of ${thousands(of)}. Each counts once.`,
      advice:
        "A few are retries of bad networks. Many are a job that sends everything again, or an import that was repeated: it costs requests and changes nothing.",
      examples: [],
    },
  ];
}

const REASONS: Record<string, string> = {
  invalid_event: "cannot be read as events",
  too_late: "were over a week old when they came, by the time in their event_id",
  too_early: "claim to be made over a day from now, by the time in their event_id",
  undeliverable: "could not be stored after many tries",
};

function setAside({ rows }: EventFacts, { setAside: aside }: IntakeFacts): Finding[] {
  const all = rows + aside.reduce((sum, { events }) => sum + events, 0);
  return aside.flatMap(({ reason, events: count, examples }): Finding[] => {
    if (count / all < SET_ASIDE.info) return [];
    return [
      {
        ...{
          code: "set_aside",
          about: reason,
          severity: count / all >= SET_ASIDE.warn ? "warn" : "info",
          count,
          of: all,
        },
        sentence: `${thousands(count)} events of this week ${REASONS[reason] ?? `were set aside (${reason})`}: ${percent(count, all)} of all. They are kept, and count nowhere.`,
        advice:
          "The card “Set aside” of the console shows each with its reason. Once the cause is mended they can be tried again.",
        examples,
      },
    ];
  });
}
