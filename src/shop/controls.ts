import type { Lakeshore } from "../beacon/index.ts";
import type { Demo } from "./demo.ts";
import { byId, el } from "./dom.ts";

/** Who was picked last in this browser. */
const CHOICE_KEY = "lakeshore-demo.shopper";

interface On {
  /** Somebody else sits at the page; `isReturning`: the same as before it was loaded anew. */
  become(userId: string, isReturning: boolean): void;
  /** What may be known of the visitor has changed. */
  again(): void;
}

/** Who shops, and whether the page may know: shown once there is somebody to choose. */
export function watchControls(shoppers: Demo["shoppers"], lakeshore: Lakeshore, on: On): void {
  byId("controls").hidden = false;
  const select = byId<HTMLSelectElement>("shopper");
  select.append(
    ...shoppers.map(({ userId, label }) => el("option", { value: userId }, label)),
    el("option", { value: "" }, "New visitor"),
  );
  const last = localStorage.getItem(CHOICE_KEY);
  const isReturning = last !== null && [...select.options].some(({ value }) => value === last);
  if (isReturning) select.value = last;
  const choose = (isSame: boolean) => {
    localStorage.setItem(CHOICE_KEY, select.value);
    on.become(select.value, isSame);
  };
  select.addEventListener("change", () => choose(false));

  const consent = byId<HTMLInputElement>("consent");
  consent.checked = lakeshore.consent() === "granted";
  consent.addEventListener("change", () => {
    lakeshore.consent(consent.checked ? "granted" : "denied");
    if (select.value !== "") lakeshore.identify(select.value);
    on.again();
  });
  choose(isReturning);
}
