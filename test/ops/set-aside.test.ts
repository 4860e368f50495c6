import { beforeEach, expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { FAILED_CHECK, openLake, QUARANTINE, type QuarantinedRow, REPLAYED } from "../../src/lake/index.ts";
import { readSetAside } from "../../src/ops/index.ts";
import { randomBytes } from "../lake/events.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const prng = createPrng("set aside");
let lake = openLake(memoryObjectStore());

beforeEach(() => {
  lake = openLake(memoryObjectStore());
});

function row(change: Partial<QuarantinedRow> = {}): QuarantinedRow {
  const event_id = makeUuidV7(NOW_MS - prng.int(1_000), randomBytes(prng, 10));
  return {
    ...{ tenant: "shop", event_id, reason: "too_late", body: `{"event_id":"${event_id}"}` },
    ...{ truncated: false, quarantined_at: NOW_MS },
    ...change,
  };
}

async function keep(rows: QuarantinedRow[], nowMs = NOW_MS): Promise<void> {
  await lake.append(QUARANTINE, rows, { nowMs });
  await lake.commitPending(QUARANTINE, { nowMs, force: true });
}

const look = (question: Partial<Parameters<typeof readSetAside>[1]> = {}) =>
  readSetAside(lake, { tenant: "shop", limit: 10, ...question });

it("tells of nothing where nothing was set aside", async () => {
  expect(await look()).toEqual({ reasons: [], examples: [], isComplete: true });
});

it("counts a tenant's rows by reason and shows the newest, and nobody else's", async () => {
  const [old, fresh] = [row({ quarantined_at: NOW_MS - 2 * DAY_MS, detail: "9 days" }), row()];
  const copy = row({ reason: FAILED_CHECK, check: "bronze.events/clock", quarantined_at: NOW_MS - 1 });
  const strange = [
    row({ tenant: "hill", reason: "invalid_event" }),
    row({ tenant: "-", reason: "not_json" }),
  ];
  await keep([old, fresh, copy, ...strange]);
  const found = await look();
  expect(found?.reasons).toEqual([
    { reason: "too_late", check: null, rows: 2, takenBack: 0, newestAtMs: NOW_MS },
    {
      ...{ reason: FAILED_CHECK, check: "bronze.events/clock" },
      ...{ rows: 1, takenBack: 0, newestAtMs: NOW_MS - 1 },
    },
  ]);
  expect(found?.examples.map(({ eventId }) => eventId)).toEqual([
    fresh.event_id,
    copy.event_id,
    old.event_id,
  ]);
  expect(found?.examples.at(-1)).toEqual({
    ...{ eventId: old.event_id, reason: "too_late", check: null, detail: "9 days" },
    ...{ atMs: NOW_MS - 2 * DAY_MS, body: old.body, isCut: false },
  });
  expect((await look({ tenant: "hill" }))?.examples.map(({ body }) => body)).toEqual([strange[0]?.body]);
  expect((await look({ reason: FAILED_CHECK }))?.examples).toHaveLength(1);
});

it("takes what a replay has marked for taken back, and only that", async () => {
  const [taken, left] = [row(), row()];
  const nameless = { ...row({ reason: "invalid_event", body: "[" }), event_id: undefined };
  const { event_id: _, ...unnamed } = nameless;
  await keep([taken, left, unnamed]);
  await keep(
    [{ ...taken, reason: REPLAYED, detail: "too_late", quarantined_at: NOW_MS + HOUR_MS }],
    NOW_MS + 1,
  );
  const found = await look();
  expect(found?.reasons.map(({ reason, rows, takenBack }) => [reason, rows, takenBack])).toEqual([
    ["invalid_event", 1, 0],
    ["too_late", 1, 1],
  ]);
  expect(found?.examples.map(({ body }) => body).sort()).toEqual(["[", left.body].sort());
});

it("pages through one state of it, whatever comes meanwhile, each row once", async () => {
  const rows = Array.from({ length: 23 }, (_, at) => row({ quarantined_at: NOW_MS - at * HOUR_MS }));
  await keep(rows);
  const seen: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await look({ limit: 5, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...(page?.examples.map(({ eventId }) => eventId) ?? []));
    cursor = page?.cursor;
    await keep([row({ quarantined_at: NOW_MS + HOUR_MS })], NOW_MS + seen.length);
  } while (cursor !== undefined);
  expect(seen).toEqual(rows.map(({ event_id }) => event_id));
});

it("refuses a cursor that is none, or of a state that is gone", async () => {
  await keep([row()]);
  expect(await look({ cursor: "fly" })).toBeNull();
  expect(await look({ cursor: "77.0" })).toBeNull();
});

it("goes no further than its bounds, newest first, and says so; long bodies are cut", async () => {
  const rows = Array.from({ length: 40 }, (_, at) => row({ quarantined_at: NOW_MS - at * DAY_MS }));
  await keep(rows);
  const found = await look({ rowsMax: 10 });
  expect(found?.isComplete).toBe(false);
  expect(found?.reasons.map(({ rows: count }) => count)).toEqual([10]);
  expect(found?.examples[0]?.eventId).toBe(rows[0]?.event_id);
  await keep([row({ body: "x".repeat(20_000), quarantined_at: NOW_MS + 1 })], NOW_MS + 1);
  const [longest] = (await look({ limit: 1 }))?.examples ?? [];
  expect([longest?.body.length, longest?.isCut]).toEqual([10_000, true]);
});
