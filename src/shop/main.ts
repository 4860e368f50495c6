/**
 * shop: the demo page. Rows of recommendations over the public API, asked through the beacon as any site would, so that
 * a click shows in the next answer. It knows nothing of the catalogue but what the answers carry. No framework.
 */
import type { AnswerItem, Lakeshore } from "../beacon/index.ts";
import { type Demo, loadDemo } from "./demo.ts";
import { byId, el } from "./dom.ts";
import { createShelf } from "./shelf.ts";

const FIELDS = ["title", "url", "image", "price", "currency", "categories", "brand", "attributes"];
const TRAIL_MAX = 6;
/** While the first start still seeds and trains. */
const ASK_AGAIN_MS = 3_000;
/** Who was picked last in this browser. */
const CHOICE_KEY = "lakeshore-demo.shopper";

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

/** As a page would: the script tag, and a function pushed before the script is there. */
function loadBeacon(key: string): Promise<Lakeshore> {
  return new Promise((resolve, reject) => {
    const page = window as unknown as { lakeshore?: { push(call: (lakeshore: Lakeshore) => void): void } };
    page.lakeshore ??= [];
    page.lakeshore.push(resolve);
    const script = el("script", {
      src: `/beacon.js?key=${encodeURIComponent(key)}`,
      async: "",
      "data-consent": "granted",
    });
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

function run({ shoppers }: Demo, lakeshore: Lakeshore): void {
  let trail: AnswerItem[] = [];
  const onPick = (item: AnswerItem) => void pick(item);
  const forYou = createShelf({
    heading: "For you",
    scenario: "for-you",
    path: "/v1/recommendations",
    onPick,
  });
  const similar = createShelf({ heading: "Similar", scenario: "similar", path: "/similar", onPick });
  const trending = createShelf({
    heading: "Trending now",
    scenario: "trending",
    path: "/v1/trending",
    onPick,
  });
  byId("shelves").append(forYou.element, similar.element, trending.element);
  similar.element.hidden = true;

  const fillForYou = () => forYou.fill(() => lakeshore.recommend({ limit: 12, fields: FIELDS }));
  const fillTrending = () => trending.fill(() => lakeshore.trending({ limit: 6, fields: FIELDS }));

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
    if (arrivals !== null) byId("status").textContent = `For you: ${arrivals} new of 12 after your click.`;
  }

  function become(userId: string, isReturning: boolean): void {
    // Another person at the same browser: what the device remembers is not theirs.
    if (!isReturning) lakeshore.reset();
    if (userId !== "") lakeshore.identify(userId);
    localStorage.setItem(CHOICE_KEY, userId);
    trail = [];
    showTrail(trail);
    similar.element.hidden = true;
    void fillForYou();
  }

  byId("controls").hidden = false;
  const select = byId<HTMLSelectElement>("shopper");
  select.append(
    ...shoppers.map(({ userId, label }) => el("option", { value: userId }, label)),
    el("option", { value: "" }, "New visitor"),
  );
  const last = localStorage.getItem(CHOICE_KEY);
  const isReturning = last !== null && [...select.options].some(({ value }) => value === last);
  if (isReturning) select.value = last;
  select.addEventListener("change", () => become(select.value, false));

  const consent = byId<HTMLInputElement>("consent");
  consent.checked = lakeshore.consent() === "granted";
  consent.addEventListener("change", () => {
    lakeshore.consent(consent.checked ? "granted" : "denied");
    if (select.value !== "") lakeshore.identify(select.value);
    void fillForYou();
  });

  become(select.value, isReturning);
  void fillTrending();
}

function showTrail(trail: readonly AnswerItem[]): void {
  const line = byId("trail");
  line.hidden = trail.length === 0;
  line.replaceChildren(
    "You looked at ",
    ...trail.map(({ title, item_id }) => el("span", { class: "chip" }, title ?? item_id)),
  );
}

function showUnstarted(): void {
  showNotice(
    "The shop is not ready yet",
    "It opens by itself as soon as ",
    el("code", {}, "npm start"),
    " has sent the shop's events and trained a first model. Nothing running? Run it in the repository.",
  );
}

function showNotice(heading: string, ...text: (Node | string)[]): void {
  byId("shelves").replaceChildren(
    el("section", { class: "notice" }, el("h2", {}, heading), el("p", {}, ...text)),
  );
}
