import type { Lakeshore } from "../beacon/index.ts";
import type { Shopper } from "./demo.ts";
import { byId, el } from "./dom.ts";

/** Who was picked last in this browser. */
const CHOICE_KEY = "lakeshore-demo.shopper";

interface On {
  /** Somebody else sits at the page, undefined a new visitor; `isReturning`: the same as before it was loaded anew. */
  become(shopper: Shopper | undefined, isReturning: boolean): void;
  /** What may be known of the visitor has changed. */
  again(): void;
}

/** Who shops, and whether the page may know: shown once there is somebody to choose. */
export function watchControls(shoppers: readonly Shopper[], lakeshore: Lakeshore, on: On): void {
  byId("controls").hidden = false;
  const select = byId<HTMLSelectElement>("shopper");
  select.append(
    ...shoppers.map(({ userId, label }) => el("option", { value: userId }, label)),
    el("option", { value: "" }, "New visitor"),
  );
  const last = localStorage.getItem(CHOICE_KEY);
  const isReturning = last !== null && [...select.options].some(({ value }) => value === last);
  if (isReturning) select.value = last;
  const chosen = () => shoppers.find(({ userId }) => userId === select.value);
  const choose = (isSame: boolean) => {
    localStorage.setItem(CHOICE_KEY, select.value);
    on.become(chosen(), isSame);
  };
  select.addEventListener("change", () => choose(false));

  const consent = byId<HTMLInputElement>("consent");
  consent.checked = lakeshore.consent() === "granted";
  consent.addEventListener("change", () => {
    lakeshore.consent(consent.checked ? "granted" : "denied");
    const shopper = chosen();
    if (shopper !== undefined) lakeshore.identify(shopper.userId, shopper.userToken);
    on.again();
  });
  choose(isReturning);
}
