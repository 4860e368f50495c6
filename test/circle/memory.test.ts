import { expect, it } from "vitest";
import type { Job } from "../../scripts/bench/quality/contract.ts";
import { startInWorkerd } from "../../scripts/bench/quality/in-workerd.ts";
import { runJob } from "../../scripts/bench/quality/run-job.ts";
import { Progress } from "../../scripts/progress.ts";
import { createPrng } from "../../src/base/index.ts";
import { ContentBuilder, createDataset } from "../../src/learn/index.ts";

/** What is left of an isolate's 128 MB for what the bench does not see, in 10⁶ bytes. */
const MEMORY_MAX_MB = 110;
const [USERS, STEPS, ITEMS, WIDTH] = [2_500, 40, 3_000, 512];

/** A hundred thousand rows, all of whose items have content. */
function walks() {
  const prng = createPrng("memory");
  const itemIds = Array.from({ length: ITEMS }, (_, item) => `i${String(item).padStart(4, "0")}`);
  const rows = Array.from({ length: USERS * STEPS }, (_, row) => ({
    userId: `u${Math.floor(row / STEPS)}`,
    itemId: itemIds[(Math.floor(row / STEPS) * 37 + (row % STEPS) * 11 + prng.int(8)) % ITEMS] as string,
    timeMs: 60_000 * (row % STEPS),
    weight: 1,
    typeCode: 1,
  }));
  const content = new ContentBuilder(ITEMS, WIDTH);
  for (const item of itemIds.keys()) {
    const at = Math.floor(item / 10) % WIDTH;
    content.add(new Float32Array(WIDTH).fill(1, at, at + 1));
  }
  return { dataset: createDataset(rows, itemIds), content: content.build() };
}

it("a whole run of auto, from the study to the ranks, stays within the memory of an isolate", async () => {
  const { dataset, content } = walks();
  const host = await startInWorkerd();
  try {
    const job: Job = {
      task: "next-item",
      learner: "auto",
      settings: {},
      seed: 1,
      budgetSeconds: 60,
      on: "test",
      casesMax: 500,
      rankMax: 20,
    };
    const data = { task: job.task, dataset, content, testUsersFrom: 0 };
    const { ranks, report } = await runJob(host, data, job, new Progress({ quiet: true }));
    expect(ranks.length).toBe(500);
    expect(report.study?.trials).toBeGreaterThan(0);
    // A sampler that saw nothing would tell of a small run, too.
    for (const { heapMb, buffersMb, wasmMb } of Object.values(report.memoryMbBy)) {
      expect(Math.min(heapMb ?? 0, buffersMb ?? 0, wasmMb ?? 0)).toBeGreaterThan(2);
    }
    expect(report.peakMemoryMb).toBeLessThanOrEqual(MEMORY_MAX_MB);
  } finally {
    await host.close();
  }
});
