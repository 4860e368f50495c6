import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/base/index.ts";
import { makeUuidV7 } from "../../src/events/index.ts";
import { ERASED_UNTIL_PROPERTY, EVENTS, QUARANTINE } from "../../src/lake/index.ts";
import { failingChecks, runQuality } from "../../src/quality/index.ts";
import {
  markGold,
  NOON_MS,
  NOW_MS,
  named,
  report,
  soundEvent,
  soundRow,
  soundWorld,
  type World,
  writeSilver,
} from "./world.ts";

const HOUR = Math.floor(NOON_MS / HOUR_MS) - 2;

/** Adds to what a stage counted of an hour. */
function count(world: World, stages: ("edge" | "queue" | "ledger")[], hour: number, events: number): void {
  for (const stage of stages) world.intake[stage].set(hour, (world.intake[stage].get(hour) ?? 0) + events);
}

async function bronzeOnly(world: World, events: ReturnType<typeof soundEvent>[]): Promise<void> {
  await world.lake.append(EVENTS, events, { nowMs: NOON_MS });
  await world.lake.commitPending(EVENTS, { nowMs: NOON_MS, force: true });
  await refined(world, []);
}

/** Silver has these rows too, of all that bronze has now, and gold is made of it. */
async function refined(world: World, events: ReturnType<typeof soundEvent>[]): Promise<void> {
  const read = (await world.lake.load(EVENTS))?.current?.id;
  await writeSilver(world.lake, events.map(soundRow), { nowMs: NOON_MS, read });
  await markGold(world.lake, NOON_MS);
}

describe("the sums", () => {
  it("agree over a message that came twice, and an event that its client sent again an hour later", async () => {
    const world = await soundWorld();
    const [event] = world.events.filter(({ received_at }) => Math.floor(received_at / HOUR_MS) === HOUR);
    if (event === undefined) throw new Error("the hour has events");
    // The Queue delivered one message again: same ids, same time of receipt. The client sent one event again: another.
    const again = { ...event, received_at: event.received_at + HOUR_MS };
    await bronzeOnly(world, [event, again]);
    count(world, ["edge", "queue"], HOUR + 1, 1);
    expect(named(await report(world))).toEqual([]);
  });

  it("agree over rows that quarantine holds, and not when it does not", async () => {
    const world = await soundWorld();
    const late = {
      ...soundEvent(world.prng, HOUR * HOUR_MS + MINUTE_MS),
      event_id: makeUuidV7(NOON_MS - 20 * DAY_MS, new Uint8Array(10)),
    };
    count(world, ["edge", "queue"], HOUR, 2);
    await bronzeOnly(world, [late]);
    const refused = {
      tenant: "shop",
      reason: "invalid_event",
      body: `{"received_at":${late.received_at},"x":1}`,
    };
    const rows = [
      { ...refused, truncated: false, quarantined_at: late.received_at },
      {
        tenant: "shop",
        event_id: late.event_id,
        reason: "too_late",
        body: JSON.stringify(late),
        truncated: false,
        quarantined_at: late.received_at,
      },
    ];
    const missing = named(await report(world));
    expect(missing).toHaveLength(2);
    expect(missing[0]).toContain("queue-bronze");
    expect(missing[1]).toContain("bronze-silver");
    await world.lake.append(QUARANTINE, rows, { nowMs: NOON_MS });
    expect(named(await report(world, NOW_MS + MINUTE_MS))).toEqual([]);
  });

  it("agree over dead letters, which reach D1 by a replay only", async () => {
    const world = await soundWorld();
    const dead = soundEvent(world.prng, HOUR * HOUR_MS + MINUTE_MS);
    await bronzeOnly(world, [dead]);
    await refined(world, [dead]);
    count(world, ["edge", "queue"], HOUR, 1);
    const row = {
      tenant: "shop",
      event_id: dead.event_id,
      reason: "undeliverable",
      body: JSON.stringify(dead),
    };
    await world.lake.append(QUARANTINE, [{ ...row, truncated: false, quarantined_at: NOON_MS }], {
      nowMs: NOON_MS,
    });
    expect(named(await report(world))).toEqual([]);
  });

  it("are not held against each other while events are on their way", async () => {
    const world = await soundWorld();
    const fresh = soundEvent(world.prng, NOW_MS - 5 * MINUTE_MS);
    await bronzeOnly(world, [fresh]);
    const hour = Math.floor(fresh.received_at / HOUR_MS);
    count(world, ["edge", "queue", "ledger"], hour, 1);
    const open = await report(world);
    expect(named(open)).toEqual([]);
    expect(open.reconciliation.hoursOpen).toBe(1);
    // Who asks for a report may have it look earlier than that; no model is kept back for it.
    const early = { nowMs: NOW_MS, rowsMax: 1_000_000, inFlightMs: MINUTE_MS };
    const { report: asked } = await runQuality(world, early);
    expect(named(asked)).toEqual(["bronze-silver 2026-11-20T12:00:00.000Z: 0 for 1"]);
    expect(failingChecks(asked, "shop")).toEqual([]);
    const later = await report(world, NOW_MS + HOUR_MS);
    expect(failingChecks(later, "shop")).toHaveLength(1);
    expect(named(later)).toEqual(["bronze-silver 2026-11-20T12:00:00.000Z: 0 for 1"]);
    await refined(world, [fresh]);
    expect(named(await report(world, NOW_MS + HOUR_MS + 1))).toEqual([]);
  });

  it("name an hour of which nothing arrived at all", async () => {
    const world = await soundWorld();
    const night = HOUR - 8;
    count(world, ["edge"], night, 40);
    count(world, ["queue"], night, 0);
    expect(named(await report(world))).toEqual(["edge-queue 2026-11-20T02:00:00.000Z: 0 for 40"]);
  });

  it("leave D1 out where its ledger does not reach, and keep a difference in the report until it is mended", async () => {
    const world = await soundWorld();
    const early = soundEvent(world.prng, NOON_MS - 3 * DAY_MS - 2 * HOUR_MS);
    await bronzeOnly(world, [early]);
    const of = `bronze-silver 2026-11-17T10:00:00.000Z`;
    expect(named(await report(world))).toEqual([expect.stringContaining(of)]);
    expect(named(await report(world, NOW_MS + HOUR_MS))).toEqual([expect.stringContaining(of)]);
    await refined(world, [early]);
    expect(named(await report(world, NOW_MS + 2 * HOUR_MS))).toEqual([]);
  });

  it("leave D1 out for hours of which rows were erased since: it still counts them", async () => {
    const world = await soundWorld();
    count(world, ["edge", "queue", "ledger"], HOUR, 1);
    const properties = { [ERASED_UNTIL_PROPERTY]: String(NOON_MS) };
    await world.lake.commit(EVENTS, { operation: "append", added: [], properties }, { nowMs: NOON_MS });
    expect(named(await report(world))).toEqual([]);
  });
});
