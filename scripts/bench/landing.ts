import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../progress.ts";
import type { Site } from "./site.ts";

const POLL_MS = 250;
/** Landing goes on as long as something moves. */
const STALL_MS = 60_000;

/** Until `count` distinct events are in D1 or in quarantine, or nothing moves any more. Returns how many are. */
export async function waitLanded({ client }: Site, count: number, progress: Progress): Promise<number> {
  const part = progress.part("Landing", count);
  let landed = -1;
  let movedMs = Date.now();
  for (;;) {
    const stats = await client.request<{ feature_events: number; quarantined: number }>("/v1/admin/stats");
    const now = stats.feature_events + stats.quarantined;
    if (now !== landed) movedMs = Date.now();
    landed = now;
    part.update(Math.min(landed, count));
    if (landed >= count || Date.now() - movedMs > STALL_MS) {
      part.finish(`${landed} events`);
      return landed;
    }
    await sleep(POLL_MS);
  }
}
