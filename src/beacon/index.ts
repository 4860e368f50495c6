/**
 * beacon: the browser's side, built to one file, `beacon.js`, under 5 KB gzipped.
 *
 *   <script>window.lakeshore = window.lakeshore || []; lakeshore.push(["view", "sku-1"]);</script>
 *   <script async src="https://recs.shop.example/beacon.js?key=pk_shop_…" data-consent="granted"></script>
 *
 * Attributes: `data-key` (instead of `?key=`), `data-api` (the API's base; otherwise the folder that the script came from),
 * `data-consent` (`granted`, `denied` or, when absent, `pending`: the state until the visitor has chosen), `data-pages="off"` (no page views and no time
 * spent on pages). On the page's own elements: `data-ls-rec` on a list, `data-ls-item` on what stands for an item; `data-ls-position` and
 * `data-ls-scenario` where the beacon cannot know them.
 *
 * First-party serving, so that blockers of third parties and partitioned storage do not matter: give the edge Worker a
 * custom domain or route under your own name (`recs.shop.example`), or let your site proxy a path (`shop.example/ls/*`) to
 * it without the prefix. In both cases the script's address is all that changes.
 *
 * Promises: an event is sent until the server answers 2xx or refuses it with a 4xx, always under the same `event_id`;
 * nothing is stored on the device and no id leaves it without consent; no cookie is ever set; the page never waits.
 * Not here: fingerprints, recorded sessions, the schema (the server validates).
 */
import { install } from "./browser.ts";

export type * from "./api.ts";

install();
