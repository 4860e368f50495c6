/**
 * shop: the demo page. Rows of recommendations over the public API, asked through the beacon as any site would, so that
 * a click shows in the next answer. It knows nothing of the catalogue but what the answers carry. No framework.
 */
import type { AnswerItem, Lakeshore, RecommendOptions } from "../beacon/index.ts";
import { watchControls } from "./controls.ts";
import { type Demo, loadDemo, type Shopper } from "./demo.ts";
import { byId, el } from "./dom.ts";
import { createFilters } from "./filters.ts";
import { loadBeacon } from "./load-beacon.ts";
import { createNewcomer } from "./newcomer.ts";
import { showNotice, showUnstarted } from "./notice.ts";
import { createShelf } from "./shelf.ts";
import { createTitles } from "./titles.ts";
import { showWhy } from "./why.ts";

/** As the impressions and clicks name the shelf, whatever it is asked by. */
const FOR_YOU = "for-you";
const FIELDS = ["title", "url", "image", "price", "currency", "categories", "brand", "attributes"];
const TRAIL_MAX = 6;
/** While the first start still seeds and trains. */
const ASK_AGAIN_MS = 3_000;

void start();

async function start(): Promise<void> {
  const demo = await loadDemo();
  if (demo === null) {
    showUnstarted();
    setTimeout(start, ASK_AGAIN_MS);
    return;
  }
  byId("shelves").replaceChildren();
  document.title = demo.title ?? document.title;
  byId("title").textContent = document.title;
  try {
    run(demo, await loadBeacon(demo.key));
  } catch {
    showNotice("The beacon did not load", "A content blocker may hold back /beacon.js.");
  }
}

function run({ key, shoppers, home, newcomers }: Demo, lakeshore: Lakeshore): void {
  let trail: AnswerItem[] = [];
  const titles = createTitles(key);
  const onPick = (item: AnswerItem) => void pick(item);
  const filters = createFilters(() => void fillForYou());
  const others = el("button", { type: "button", class: "plain" }, "Show others");
  const forYou = createShelf({
    heading: "For you",
    scenario: FOR_YOU,
    path: "/v1/recommendations",
    onPick,
    onWhy: (item, id) =>
      void showWhy(item, (itemId) => lakeshore.why(id, { ...question(), items: [itemId] }), titles),
    ...(home === undefined ? {} : { about: el("p", { class: "about" }, home.note), action: others }),
  });
  const similar = createShelf({ heading: "Similar", scenario: "similar", path: "/similar", onPick });
  const trending = createShelf({
    heading: "Trending now",
    scenario: "trending",
    path: "/v1/trending",
    onPick,
  });
  const newcomer =
    newcomers === undefined
      ? null
      : createNewcomer({
          address: newcomers,
          lakeshore,
          fields: FIELDS,
          like: () => trail.at(-1) ?? forYou.items()[0],
          onReady: placeNewcomer,
        });
  const newest = createShelf({
    heading: "New in the shop",
    scenario: "new",
    path: "/v1/new",
    onPick,
    ...(newcomer === null ? {} : { about: newcomer.told, action: newcomer.button }),
  });
  byId("shelves").append(forYou.element, similar.element, trending.element, newest.element);
  similar.element.hidden = true;

  /** What the first shelf asks, and what is asked of it. */
  function question(): RecommendOptions {
    const rules = filters.rules();
    return {
      limit: 12,
      ...(home === undefined ? {} : { scenario: home.scenario }),
      ...(rules === undefined ? {} : { rules }),
    };
  }

  async function fillForYou(): Promise<number | null> {
    const arrivals = await forYou.fill(() => lakeshore.recommend({ ...question(), fields: FIELDS }));
    learn(forYou.items());
    return arrivals;
  }

  function learn(items: readonly AnswerItem[]): void {
    filters.learn(items);
    titles.learn(items);
  }

  async function fillNewest(): Promise<void> {
    await newest.fill(() => lakeshore.newest({ limit: 6, fields: FIELDS }));
    learn(newest.items());
  }

  async function fillTrending(): Promise<void> {
    await trending.fill(() => lakeshore.trending({ limit: 6, fields: FIELDS }));
    learn(trending.items());
  }

  async function placeNewcomer(itemId: string): Promise<string> {
    await Promise.all([fillForYou(), fillNewest()]);
    const shelves = [forYou, newest]
      .filter((shelf) => shelf.has(itemId))
      .map(({ heading }) => `“${heading()}”`);
    return shelves.length === 0
      ? "Look at something like it, and it comes to the front."
      : `It stands in ${shelves.join(" and ")}.`;
  }

  /** The beacon has seen the click first, in the capturing phase: the next question carries the item. */
  async function pick(item: AnswerItem): Promise<void> {
    trail = [...trail.filter(({ item_id }) => item_id !== item.item_id), item].slice(-TRAIL_MAX);
    showTrail(trail);
    similar.element.hidden = false;
    similar.rename(`Similar to ${item.title ?? item.item_id}`);
    const [arrivals] = await Promise.all([
      fillForYou(),
      similar.fill(() => lakeshore.similar(item.item_id, { limit: 6, fields: FIELDS })),
    ]);
    if (forYou.element.getBoundingClientRect().bottom < 0) forYou.element.scrollIntoView();
    announce(arrivals, "after your click");
  }

  others.addEventListener("click", async () => {
    // What was seen must be known before it can step back.
    await lakeshore.flush();
    announce(await fillForYou(), "as what you have seen steps back");
  });

  function become(shopper: Shopper | undefined, isReturning: boolean): void {
    // Another person at the same browser: what the device remembers is not theirs.
    if (!isReturning) lakeshore.reset();
    if (shopper !== undefined) lakeshore.identify(shopper.userId, shopper.userToken);
    trail = [];
    showTrail(trail);
    similar.element.hidden = true;
    void fillForYou();
  }

  watchControls(shoppers, lakeshore, { become, again: () => void fillForYou() });
  void fillTrending();
  void fillNewest();
}

function announce(arrivals: number | null, why: string): void {
  if (arrivals !== null) byId("status").textContent = `For you: ${arrivals} new of 12 ${why}.`;
}

function showTrail(trail: readonly AnswerItem[]): void {
  const line = byId("trail");
  line.hidden = trail.length === 0;
  line.replaceChildren(
    "You looked at ",
    ...trail.map(({ title, item_id }) => el("span", { class: "chip" }, title ?? item_id)),
  );
}
