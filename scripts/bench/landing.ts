import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../progress.ts";
import type { Site } from "./site.ts";

const POLL_MS = 250;
/** Told by the runtime's own lines, so looking costs nothing and may be often. */
const ACK_POLL_MS = 10;
/** Landing goes on as long as something moves. */
const STALL_MS = 60_000;

/** Until `count` distinct events are in D1 or in quarantine, or nothing moves any more. Returns how many are. */
export async function waitLanded({ client }: Site, count: number, progress: Progress): Promise<number> {
  return waitFor(count, { pollMs: POLL_MS, progress, title: "Landing" }, async () => {
    const stats = await client.request<{ feature_events: number; quarantined: number }>("/v1/admin/stats");
    return stats.feature_events + stats.quarantined;
  });
}

/** Until the consumer has acked `count` messages, or nothing moves any more: it acks what is in bronze and D1. */
export async function waitAcked({ runtime }: Site, count: number, progress: Progress): Promise<number> {
  return waitFor(
    count,
    { pollMs: ACK_POLL_MS, progress, title: "Consuming" },
    async () => runtime.flushes.acked,
  );
}

async function waitFor(
  count: number,
  { pollMs, progress, title }: { pollMs: number; progress: Progress; title: string },
  read: () => Promise<number>,
): Promise<number> {
  const part = progress.part(title, count);
  let seen = -1;
  let movedMs = Date.now();
  for (;;) {
    const now = await read();
    if (now !== seen) movedMs = Date.now();
    seen = now;
    part.update(Math.min(seen, count));
    if (seen >= count || Date.now() - movedMs > STALL_MS) {
      part.finish(`${seen} of ${count}`);
      return seen;
    }
    await sleep(pollMs);
  }
}
