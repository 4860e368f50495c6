import type { Answer, AnswerItem, Lakeshore } from "../beacon/index.ts";
import { el } from "./dom.ts";

/** How often to look whether the item is there. */
const LOOK_MS = 500;
/** By then something is wrong. */
const LOOKS_MAX = 120;

interface Options {
  /** Where `start` listens for the wish; it holds the key that may change the catalogue. */
  address: string;
  lakeshore: Pick<Lakeshore, "recommend">;
  fields: readonly string[];
  /** An item that the new one shall be like. */
  like(): AnswerItem | undefined;
  /** The item can be recommended: the shelves may ask again. Resolves to where it stands now, for people. */
  onReady(itemId: string): Promise<string>;
}

/** A button that puts an item into the catalogue, and a line that says how long it took until visitors could get it. */
export function createNewcomer({ address, lakeshore, fields, like, onReady }: Options) {
  const button = el("button", { type: "button", class: "plain" }, "Add a new item");
  const told = el(
    "p",
    { class: "about", role: "status", id: "newcomer" },
    "Add one, and see how soon a visitor can be given it: no model has to be trained.",
  );
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await add();
    } catch {
      tell("The item could not be added: is the demo still running?");
    } finally {
      button.disabled = false;
    }
  });

  async function add(): Promise<void> {
    const body = JSON.stringify({ like: like()?.item_id });
    const reply = await fetch(address, { method: "POST", body });
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    const { item_id: itemId, title } = (await reply.json()) as { item_id: string; title: string };
    const sentMs = performance.now();
    tell(`“${title}” is in the catalogue; no model has ever seen it …`);
    for (let look = 0; look < LOOKS_MAX; look++) {
      if (has(await askFor(itemId), itemId)) {
        const seconds = ((performance.now() - sentMs) / 1_000).toFixed(1);
        tell(`“${title}” could be recommended ${seconds} s after it was added. ${await onReady(itemId)}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    tell(`“${title}” has not been picked up yet.`);
  }

  /** The visitor's own list, narrowed to the item. */
  function askFor(itemId: string): Promise<Answer> {
    return lakeshore.recommend({ limit: 1, fields, rules: { filter: { item_id: itemId } } });
  }

  function tell(text: string): void {
    told.textContent = text;
  }

  return { button, told };
}

function has({ items }: Answer, itemId: string): boolean {
  return items.some(({ item_id }) => item_id === itemId);
}
