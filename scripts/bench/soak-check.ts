import type { LoadedAnswer } from "./load.ts";
import { isDegraded } from "./serve-rate.ts";

export interface Verdicts {
  requests: number;
  /** Answers other than 200, and none. */
  errors: number;
  degraded: number;
  /** Answers that name one version and hold an item of the other. */
  versionMixes: number;
  /** How often an answer named another version than the one before it. */
  swapsSeen: number;
}

/** Sums over answers in the order of their requests. */
export class Judge {
  readonly verdicts: Verdicts = { requests: 0, errors: 0, degraded: 0, versionMixes: 0, swapsSeen: 0 };
  readonly #marks: ReadonlyMap<string, string>;
  #version: string | null = null;

  /** `marks`: by version, what ends the title of each of its items. */
  constructor(marks: ReadonlyMap<string, string>) {
    this.#marks = marks;
  }

  add(answers: readonly LoadedAnswer[]): void {
    for (const { status, text } of answers) {
      this.verdicts.requests++;
      if (status !== 200) this.verdicts.errors++;
      else if (isDegraded(text)) this.verdicts.degraded++;
      else this.#addWhole(JSON.parse(text) as Answered);
    }
  }

  #addWhole({ model_version: version, items }: Answered): void {
    // Lists below the model's belong to no version.
    const ranked = items.filter(({ source }) => source === "model");
    const mark = version === null ? undefined : this.#marks.get(version);
    const isMixed = ranked.some(({ title }) => mark === undefined || title?.endsWith(` ${mark}`) !== true);
    if (isMixed) this.verdicts.versionMixes++;
    if (version === null || version === this.#version) return;
    if (this.#version !== null) this.verdicts.swapsSeen++;
    this.#version = version;
  }
}

interface Answered {
  model_version: string | null;
  items: { source: string; title?: string }[];
}
