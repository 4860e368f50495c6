import type { EventFacts } from "./event-facts.ts";
import { type Finding, percent, type Severity, thousands } from "./finding.ts";
import { type CatalogueFacts, ITEM_PARTS, type ItemPart, type UserFacts } from "./stored-facts.ts";
import { ITEMS_MIN, NEVER_SEEN_ITEMS_SHARE, NEVER_SEEN_USERS, USERS_MIN } from "./thresholds.ts";

/** Items that may be shown, have been around for a while, and that nobody has ever seen. */
export interface UnseenItems {
  items: number;
  neverSeen: number;
  examples: string[];
}

/** What stands out in catalogue and users. `unseen` is null where there is too much to tell. */
export function judgeStored(
  catalogue: CatalogueFacts,
  { users, unseen, events }: { users: UserFacts; unseen: UnseenItems | null; events: EventFacts },
): Finding[] {
  return [...itemsWithout(catalogue), ...neverSeenItems(unseen), ...neverSeenUsers(users, events)];
}

/** From which share of the items on what lacks is told, how gravely, and what it is for. */
const PARTS: Record<ItemPart, { from: number; severity: Severity; what: string; loss: string }> = {
  title: {
    from: 0.01,
    severity: "error",
    what: "title",
    loss: "A list can show nothing but their id, and new ones are placed blindly.",
  },
  image: { from: 0.05, severity: "warn", what: "image", loss: "In a list with pictures they are a gap." },
  price: {
    from: 0.05,
    severity: "warn",
    what: "price",
    loss: "Rules on prices leave them out, and nobody's price range is known.",
  },
  categories: {
    from: 0.05,
    severity: "warn",
    what: "category",
    loss: "Lists by category lack them, and new ones are placed by their title alone.",
  },
};

function itemsWithout({ items: of, missing }: CatalogueFacts): Finding[] {
  return ITEM_PARTS.flatMap((part): Finding[] => {
    const { items: count, examples } = missing[part];
    const { from, severity, what, loss } = PARTS[part];
    if (of < ITEMS_MIN || count / of < from) return [];
    return [
      {
        ...{ code: "items_without", about: part, severity, count, of, examples },
        sentence: `${percent(count, of)} of the items that may be shown have no ${what}: ${thousands(count)} of ${thousands(of)}. ${loss}`,
        advice: `Send them again with ${part}, or import the catalogue here; PATCH /v1/items/{id} changes one field of one item.`,
      },
    ];
  });
}

function neverSeenItems(unseen: UnseenItems | null): Finding[] {
  if (unseen === null) return [];
  const { items: of, neverSeen: count, examples } = unseen;
  if (of < ITEMS_MIN || count / of < NEVER_SEEN_ITEMS_SHARE) return [];
  return [
    {
      ...{ code: "items_never_seen", about: "", severity: "info", count, of, examples },
      sentence: `${percent(count, of)} of the items that may be shown have never been seen by anybody: ${thousands(count)} of ${thousands(of)}, those of the last two days left out.`,
      advice:
        "Are they still sold? What is not can be hidden or deleted. For the rest a scenario's exploration gives some places to what is little known.",
    },
  ];
}

function neverSeenUsers(
  { users, lookedAt: of, neverSeen: count, examples }: UserFacts,
  events: EventFacts,
): Finding[] {
  const share = count / of;
  if (of < USERS_MIN || share < NEVER_SEEN_USERS.info) return [];
  const idsDiffer = share >= NEVER_SEEN_USERS.warn && events.namedUsers >= USERS_MIN;
  const sampled = users > of ? `of the first ${thousands(of)} by id, ` : "";
  return [
    {
      ...{ code: "users_never_seen", about: "", severity: idsDiffer ? "warn" : "info", count, of, examples },
      sentence: `Your server told of ${thousands(users)} users; ${sampled}${percent(count, of)} have never been in an event.${idsDiffer ? ` Events of this week name ${thousands(events.namedUsers)} other users: the ids seem to differ.` : ""}`,
      advice: idsDiffer
        ? "user_id must be the same text in POST /v1/users, in identify and in events: often one is an e-mail address or a number of another system."
        : "Pages tell who is there by identify(userId) at a log-in. Until then all that is known of these users serves no list.",
    },
  ];
}
