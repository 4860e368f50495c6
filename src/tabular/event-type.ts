import { isStandardType } from "../events/index.ts";
import { wordsOf } from "./names.ts";

/** What shops, trackers and public data sets call the standard types, without marks between the words. */
const ALSO: Record<string, readonly string[]> = {
  view: [
    "pageview",
    "productview",
    "viewitem",
    "viewproduct",
    "itemview",
    "detail",
    "detailview",
    "viewcontent",
    "pv",
    "visit",
    "seen",
  ],
  click: ["clickout", "select", "selectitem", "tap", "productclick", "itemclick"],
  add_to_cart: ["addtocart", "cart", "basket", "addtobasket", "addcart", "addtobag", "producttocart"],
  remove_from_cart: ["removefromcart", "removefrombasket", "removecart"],
  purchase: [
    "buy",
    "bought",
    "order",
    "ordered",
    "transaction",
    "sale",
    "sold",
    "checkout",
    "purchased",
    "orderplaced",
    "conversion",
  ],
  like: ["favorite", "favourite", "fav", "love", "upvote", "thumbsup"],
  dislike: ["downvote", "thumbsdown"],
  rate: ["rating", "rated", "review", "stars"],
  save: ["wishlist", "addtowishlist", "bookmark", "collect"],
  share: ["shared"],
  play: ["watch", "listen", "stream", "start", "played"],
  complete: ["finish", "finished", "completed", "watched"],
  search: ["searched", "query", "viewsearchresults"],
  impression: ["impressions", "shown", "viewitemlist", "display"],
};

const KNOWN = new Map(Object.entries(ALSO).flatMap(([type, names]) => names.map((name) => [name, type])));

/**
 * The type that is meant by what a file calls it, `addtocart` or `Add to Cart`; null where that is unknown. `declared`: the types that the
 * tenant has declared, which count before all others.
 */
export function knownEventType(text: string, declared: ReadonlySet<string> = new Set()): string | null {
  const own = text.trim();
  if (declared.has(own) || isStandardType(own)) return own;
  const words = wordsOf(own);
  const name = words.join("_");
  if (declared.has(name) || isStandardType(name)) return name;
  return KNOWN.get(words.join("")) ?? null;
}
