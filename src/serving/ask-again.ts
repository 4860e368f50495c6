import type { ScoreAnswer } from "../registry/index.ts";
import { ASK_AGAIN_AFTER_MS, ASKED_AGAIN_MAX } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";

/**
 * Asks a cold scorer once more, until it is warm, while nobody waits: where each request meets a cold one, no list would ever be ranked, and no visitor
 * would find their own when they come again.
 */
export function askAgain(
  { tenant, question }: { tenant: string; question: string },
  ask: () => Promise<ScoreAnswer>,
  ports: ServingPorts,
  memory: ServingMemory,
): void {
  const nowMs = ports.now();
  const known = memory.askedAgain.get(tenant, nowMs);
  const asked = known ?? new Set();
  if (asked.size >= ASKED_AGAIN_MAX || asked.has(question)) return;
  asked.add(question);
  if (known === undefined) memory.askedAgain.set(tenant, asked, nowMs);
  ports.background(askUntilWarm(ask, ports));
}

async function askUntilWarm(ask: () => Promise<ScoreAnswer>, { timer }: ServingPorts): Promise<void> {
  for (const waitMs of ASK_AGAIN_AFTER_MS) {
    await timer(waitMs).elapsed;
    if ((await ask()).status !== "cold") return;
  }
}
