import type { Kind } from "./fields.ts";

/**
 * What columns are called in exports of shops, trackers and public data sets, the field's own name aside. Words are compared, so that
 * case and marks between them make no difference; a comma stands between two names.
 */
const ITEM_ID =
  "product id, sku, asin, item, itemid, productid, article id, article number, artikelnummer, article, content id, movie id, book id, song id, track id, video id, variant id, offer id, parent asin, isbn, gtin, ean";
const USER_ID =
  "user, customer id, customer, member id, account id, buyer id, reviewer id, client id, uid, kundennummer";

export const SYNONYMS: Record<Kind, Record<string, string>> = {
  interactions: {
    type: "event, event type, event name, action, action type, behavior, behaviour, behavior type, interaction, activity",
    item_id: `${ITEM_ID}, product, item sku`,
    user_id: USER_ID,
    anonymous_id:
      "visitor id, visitor, device id, cookie id, anonymous user id, user pseudo id, browser id, fingerprint, ga client id",
    session_id: "session, visit id, user session, ga session id",
    occurred_at:
      "timestamp, time, ts, date, datetime, date time, event time, event timestamp, event date, created at, created, order date, purchase date, unix time, epoch, when, zeit, datum",
    value:
      "revenue, amount, total, price, rating, score, stars, order value, total price, unit price, sales, umsatz",
    quantity: "qty, count, units, pieces, number of items, menge, anzahl",
    currency: "currency code, waehrung",
    duration_ms: "milliseconds, dwell time ms, time spent ms",
    scenario: "placement, widget, slot",
    recommendation_id: "rec id, list id",
  },
  items: {
    item_id: `${ITEM_ID}, id, code, handle`,
    title:
      "name, product name, item name, product title, display name, headline, label, bezeichnung, titel, product",
    url: "link, product url, product link, page, page url, permalink, href, canonical url, landing page",
    image: "image url, image link, img, picture, photo, thumbnail, image src, imgurl, cover, poster, bild",
    categories:
      "category, category path, category name, category code, product type, product category, google product category, genres, genre, department, breadcrumb, kategorie",
    tags: "tag, keywords, labels, collections, topics",
    brand: "manufacturer, vendor, maker, publisher, label name, marke, hersteller",
    price:
      "cost, unit price, sale price, amount, list price, regular price, price eur, price usd, preis, variant price",
    currency: "currency code, price currency, waehrung",
    stock:
      "inventory, quantity, qty, in stock, stock level, available quantity, inventory quantity, bestand, variant inventory qty",
    hidden: "disabled, archived, inactive, is hidden, unpublished",
    published_at:
      "created at, created, release date, published, publish date, date added, available from, launch date, date, timestamp",
  },
  users: { user_id: `${USER_ID}, id, email` },
};

/** Words that stand beside many others: alone they are a name, within a longer one they say nothing. */
export const GENERIC: ReadonlySet<string> = new Set(
  "id, name, user, item, product, type, event, label, page, code, count, total, score, link, article, visitor, customer, session, value, created, when, date, cover, published, handle, tag".split(
    ", ",
  ),
);
