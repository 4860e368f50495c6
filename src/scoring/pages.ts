import { fnv1a32 } from "../base/index.ts";
import type { Candidate } from "../rules/index.ts";
import type { Asked } from "./asked.ts";
import type { ModelView } from "./view.ts";

/** What pages before have shown of a list: it keeps its place, and the caps, which hold on each page by itself, neither count nor stop it. */
export class PagesBefore {
  readonly #view: ModelView;
  readonly #shown: ReadonlySet<number>;

  constructor(view: ModelView, { request: { shownBefore = [] } }: Asked) {
    this.#view = view;
    this.#shown = new Set(shownBefore);
  }

  has(index: number): boolean {
    return this.#shown.size > 0 && this.#shown.has(fnv1a32(this.#view.idAt(index)));
  }

  /** How many places a list has filled, where those of the pages before count whatever has become of their items. */
  filled(chosen: readonly Candidate[]): number {
    return this.#shown.size + chosen.filter(({ index }) => !this.has(index)).length;
  }
}
