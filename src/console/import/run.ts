import { ApiFailure, failureOf, send } from "../api.ts";
import { Store } from "../store.ts";
import { fingerprintOf, type Piece } from "./file.ts";
import type { Plan } from "./plan.ts";
import { type Progress, sendRows } from "./send.ts";

export interface Started {
  started_at: number;
  is_new: boolean;
  counts_until: number;
}

export type RunState = "reading" | "sending" | "stopped" | "done" | ApiFailure;

interface Shown {
  state: RunState;
  progress: Progress | null;
  /** When the same file was first sent; null where that does not matter. */
  started: Started | null;
}

/** The sending of a file's rows. It goes on while other pages of the console are looked at. */
export class ImportRun {
  readonly file: File;
  readonly plan: Plan;
  readonly shown = new Store<Shown>({ state: "reading", progress: null, started: null });
  readonly #open: () => AsyncGenerator<Piece>;
  #aborted = new AbortController();

  constructor({ file, open, plan }: { file: File; open: () => AsyncGenerator<Piece>; plan: Plan }) {
    this.file = file;
    this.plan = plan;
    this.#open = open;
  }

  get isUnderWay(): boolean {
    const { state } = this.shown.value;
    return state === "reading" || state === "sending";
  }

  /** From the file's beginning, also after it was stopped or refused: what is sent again counts once. */
  begin(): void {
    this.#aborted = new AbortController();
    this.#tell({ state: "reading" });
    this.#send(this.#aborted.signal).catch((error: unknown) => this.#tell({ state: failureOf(error) }));
  }

  stop(): void {
    this.#aborted.abort();
  }

  async #send(signal: AbortSignal): Promise<void> {
    const fingerprint = await fingerprintOf(this.file);
    if (signal.aborted) return this.#tell({ state: "stopped" });
    const started =
      this.plan.kind === "interactions"
        ? await send<Started>("POST", "/v1/admin/imports", { fingerprint })
        : null;
    if (started !== null && Date.now() > started.counts_until) throw new ApiFailure(0, tooLate(started));
    this.#tell({ state: "sending", started });
    const source = { pieces: this.#open(), fingerprint, startedMs: started?.started_at ?? 0 };
    const onProgress = (progress: Progress) => this.#tell({ progress });
    const progress = await sendRows(this.plan, source, { signal, onProgress });
    this.#tell({ progress, state: signal.aborted ? "stopped" : "done" });
  }

  #tell(news: Partial<Shown>): void {
    this.shown.set({ ...this.shown.value, ...news });
  }
}

function tooLate({ started_at }: Started): string {
  return `This file was imported on ${new Date(started_at).toLocaleDateString()}. After six days its rows cannot be told from those of then: what counted counts, and nothing is sent again.`;
}
