import { byId, el } from "./dom.ts";

export function showUnstarted(): void {
  showNotice(
    "The shop is not ready yet",
    "It opens by itself as soon as ",
    el("code", {}, "npm start"),
    " has sent the shop's events and trained a first model. Nothing running? Run it in the repository.",
  );
}

export function showNotice(heading: string, ...text: (Node | string)[]): void {
  byId("shelves").replaceChildren(
    el("section", { class: "notice" }, el("h2", {}, heading), el("p", {}, ...text)),
  );
}
