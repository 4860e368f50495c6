import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { LocalRuntime } from "./runtime.ts";

const POLL_MS = 100;
/** A batch that was taken just before the first look is in no backlog: it gets this long to end. */
const QUIET_MS = 1_500;
/** Clients may go on sending, and a message that fails may wait minutes for its retry: a stop must end at last. */
const DRAIN_MAX_MS = 60_000;

/** What the local Queues have told of their batches; a batch under way is otherwise invisible. */
export class Flushes {
  count = 0;
  /** Messages acked, over all Queues. */
  acked = 0;
  lastFailed = false;

  /** Reads one of Miniflare's own lines, such as `QUEUE lakeshore-events 3/3 (12ms)`. */
  read(line: string): void {
    const match = /^QUEUE \S+ (\d+)\/(\d+)/.exec(stripVTControlCharacters(line));
    if (match === null) return;
    this.count++;
    this.acked += Number(match[1]);
    this.lastFailed = match[1] !== match[2];
  }
}

/**
 * Waits until the Queues have handed over all they hold: locally they live in memory, and what is left when the runtime ends
 * is gone, though its sender was told "accepted". `onWait` is called once if there is something to wait for. Resolves to
 * false when time was up first.
 */
export async function drainQueues(
  runtime: Pick<LocalRuntime, "backlog" | "flushes">,
  onWait: () => void,
): Promise<boolean> {
  const { flushes } = runtime;
  const startedMs = Date.now();
  let told = false;
  let quietSinceMs: number | null = null;
  /** Batches ended when messages were last seen waiting: the one that takes them ends later. */
  let endedWhenBusy = -1;
  let ended = flushes.count;
  while (Date.now() - startedMs < DRAIN_MAX_MS) {
    const endedBefore = flushes.count;
    const waiting = await runtime.backlog();
    if (waiting > 0) {
      endedWhenBusy = endedBefore;
      if (!told) onWait();
      told = true;
    }
    const moved = endedBefore !== ended;
    ended = endedBefore;
    const quiet = waiting === 0 && !moved && endedBefore > endedWhenBusy && !flushes.lastFailed;
    quietSinceMs = quiet ? (quietSinceMs ?? Date.now()) : null;
    if (quietSinceMs !== null && Date.now() - quietSinceMs >= QUIET_MS) return true;
    await sleep(POLL_MS);
  }
  return false;
}
