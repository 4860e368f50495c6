import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createPrng, r2ObjectStore } from "../../src/base/index.ts";
import { EVENTS, openLake } from "../../src/lake/index.ts";
import { zstdCompress, zstdDecompress } from "../../src/lake/parquet/codec.ts";
import { randomEvent } from "../lake/events.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

it("writes and reads files whose columns are far longer than one page", async () => {
  const prng = createPrng(7);
  const events = Array.from({ length: 6_000 }, () => randomEvent(prng, "long", NOW_MS));
  const lake = openLake(r2ObjectStore(env.LAKE));
  await lake.append(EVENTS, events, { nowMs: NOW_MS });
  await lake.commitPending(EVENTS, { nowMs: NOW_MS, force: true });
  const read = new Map<string, unknown>();
  const columns = ["event_id", "item_id", "user_id", "value", "context", "received_at"] as const;
  for await (const batch of lake.scan(EVENTS, { columns, tenant: "long" })) {
    for (let row = 0; row < batch.rows; row++) {
      read.set(
        batch.columns.event_id[row] as string,
        columns.map((name) => batch.columns[name][row]),
      );
    }
  }
  expect(read.size).toBe(events.length);
  for (const event of events) {
    expect(read.get(event.event_id)).toEqual(columns.map((name) => event[name] ?? null));
  }
});

it("compresses what gets longer than workerd's Zstandard can make in one go", () => {
  const prng = createPrng(8);
  for (const length of [0, 1, 40_000, 40_001, 131_072, 300_000]) {
    const bytes = Uint8Array.from({ length }, () => prng.int(256));
    const compressed = zstdCompress(bytes, "compact");
    expect(new Uint8Array(zstdDecompress(compressed, length))).toEqual(bytes);
  }
});
