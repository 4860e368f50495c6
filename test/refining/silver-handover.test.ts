import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import { consumeDeadLetters, type ReplayPorts, replayQuarantine } from "../../src/ingest/index.ts";
import { land } from "../../src/ingest/land.ts";
import { packEvents } from "../../src/ingest/pack.ts";
import { runName } from "../../src/refining/job.ts";
import { INTERACTIONS_JOB } from "../../src/refining/silver/interactions.ts";
import { eventAt, NOW_MS } from "./events.ts";
import { openWorld, runJob, silverRows } from "./world.ts";

/** Ingest and refining on one lake; `applied` is what landing brought to D1 itself. */
function setUp() {
  const world = openWorld();
  const applied: string[] = [];
  const d1 = { isAway: false };
  const ports = (nowMs: number): ReplayPorts => ({
    lake: world.lake,
    nowMs,
    customTypes: async () => [],
    features: {
      applyEvents: async (events) => {
        if (d1.isAway) throw new Error("D1 is away");
        applied.push(...events.map(({ event_id }) => event_id));
      },
      recordQuarantine: async () => {},
      forgetQuarantine: async () => {},
    },
  });
  const deliver = (event: StoredEvent, nowMs: number) =>
    land([{ tenant: "t", events: [event], misfits: [] }], ports(nowMs));
  async function bury(event: StoredEvent, nowMs: number): Promise<void> {
    const body = packEvents("t", [event])[0]?.body;
    await consumeDeadLetters([{ id: "m", body, attempts: 1, ack: () => {}, retry: () => {} }], ports(nowMs));
    await refine(nowMs + MINUTE_MS);
  }
  const replay = (nowMs: number) => replayQuarantine(ports(nowMs), { isDryRun: false, rowsMax: 1_000 });
  async function refine(nowMs: number): Promise<void> {
    await world.lake.commitAllPending({ nowMs, force: true });
    await runJob(world, INTERACTIONS_JOB, { nowMs });
  }
  /** How often D1 was given the event: by landing, by silver. */
  const given = ({ event_id }: StoredEvent) => [
    applied.filter((id) => id === event_id).length,
    world.handed.filter((event) => event.event_id === event_id).length,
  ];
  return { world, d1, ports, deliver, bury, replay, refine, given };
}

const made = (fields: Partial<StoredEvent> = {}) => eventAt(createPrng("handover"), NOW_MS, fields);

describe("a dead letter", () => {
  it("that is replayed when landing cannot apply it any more reaches D1 by way of silver", async () => {
    const { world, bury, replay, refine, given } = setUp();
    const event = made();
    await bury(event, NOW_MS + 30 * MINUTE_MS);
    expect(given(event)).toEqual([0, 0]);
    expect(await replay(NOW_MS + 60 * DAY_MS)).toMatchObject({ accepted: 1 });
    await refine(NOW_MS + 60 * DAY_MS);
    expect(await silverRows(world)).toMatchObject([{ event_id: event.event_id }]);
    expect(given(event)).toEqual([0, 1]);
  });

  it("is handed over once, though its replay is repeated behind a crash, days later even", async () => {
    const { world, ports, bury, replay, refine, given } = setUp();
    const event = made();
    await bury(event, NOW_MS);
    const forgetful: ReplayPorts = {
      ...ports(NOW_MS + 3 * DAY_MS),
      lake: {
        ...world.lake,
        append: (table, rows, options) =>
          table.name === "ops.quarantine"
            ? Promise.reject(new Error("died"))
            : world.lake.append(table, rows, options),
      },
    };
    await expect(replayQuarantine(forgetful, { isDryRun: false, rowsMax: 9 })).rejects.toThrow("died");
    await refine(NOW_MS + 3 * DAY_MS);
    expect(given(event)).toEqual([0, 1]);
    expect(await replay(NOW_MS + 6 * DAY_MS)).toMatchObject({ accepted: 1 });
    await refine(NOW_MS + 6 * DAY_MS);
    expect(await silverRows(world)).toHaveLength(1);
    expect(given(event)).toEqual([0, 1]);
  });

  it("that is replayed early is landing's, and silver leaves it alone", async () => {
    const { bury, replay, refine, given } = setUp();
    const event = made();
    await bury(event, NOW_MS);
    await replay(NOW_MS + HOUR_MS);
    await refine(NOW_MS + HOUR_MS);
    expect(given(event)).toEqual([1, 0]);
  });
});

it("does not hand over what was set aside for its age when silver has a copy that was not", async () => {
  const { deliver, replay, refine, given } = setUp();
  const inside = made({ received_at: NOW_MS + 6 * DAY_MS });
  const outside = { ...inside, received_at: NOW_MS + 8 * DAY_MS, sent_at: NOW_MS + 8 * DAY_MS };
  await deliver(inside, inside.received_at);
  await deliver(outside, outside.received_at);
  await refine(outside.received_at);
  expect(given(inside)).toEqual([0, 1]);
  expect(await replay(NOW_MS + 20 * DAY_MS)).toMatchObject({ accepted: 1 });
  await refine(NOW_MS + 20 * DAY_MS);
  expect(given(inside)).toEqual([0, 1]);
});

describe("an event that found D1 away in time, and landed again too late for landing", () => {
  const firstMs = NOW_MS + 47 * HOUR_MS - MINUTE_MS;
  const againMs = firstMs + 2 * MINUTE_MS;

  for (const refinedBetween of [true, false]) {
    it(`is handed over, ${refinedBetween ? "though silver had it" : "with both copies in one unit"}`, async () => {
      const { world, d1, deliver, refine, given } = setUp();
      const event = made({ received_at: firstMs - MINUTE_MS });
      d1.isAway = true;
      await expect(deliver(event, firstMs)).rejects.toThrow("D1 is away");
      d1.isAway = false;
      if (refinedBetween) await refine(firstMs);
      await deliver(event, againMs);
      await refine(againMs + MINUTE_MS);
      expect(await silverRows(world)).toHaveLength(1);
      expect(given(event)).toEqual([0, 1]);
    });
  }

  it("is handed over as long as D1 would recognise it, and no longer", async () => {
    const { world, deliver, refine, given } = setUp();
    const event = made({ received_at: firstMs - MINUTE_MS });
    await deliver(event, firstMs);
    await deliver(event, againMs);
    await world.lake.commitAllPending({ nowMs: againMs, force: true });
    const dying = { ...world.ports, applyLate: () => Promise.reject(new Error("D1 is away")) };
    const run = runName(againMs, world.ports.newRunName());
    const unit = INTERACTIONS_JOB.run(dying, { nowMs: againMs, rowsMax: 10, run });
    await expect(unit).rejects.toThrow("D1 is away");
    await refine(event.received_at + 48 * HOUR_MS + 1);
    // Landing had applied it, and the ledger may have forgotten that by now.
    expect(given(event)).toEqual([1, 0]);
  });
});
