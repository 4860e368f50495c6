import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/base/index.ts";
import { EVENTS, ITEM_STATES, QUARANTINE, type QuarantinedRow } from "../../src/lake/index.ts";
import { failingChecks } from "../../src/quality/index.ts";
import { NOON_MS, NOW_MS, named, report, soundWorld, type World } from "./world.ts";

describe("a report", () => {
  it("finds nothing where all is well, and says what it looked at", async () => {
    const made = await report(await soundWorld());
    expect(named(made)).toEqual([]);
    expect(made.complete).toBe(true);
    expect(made.reconciliation.hoursOpen).toBe(0);
    expect(made.reconciliation.hoursCompared).toBe(105);
    const volume = made.outcomes.find(({ check }) => check === "volume_drop");
    expect(volume?.status).toBe("pass");
    expect(volume?.reason).toMatch(/^2026-11-19: \d+ rows; the 19 days before: median .* robust z .* fences/);
  });

  it("names a message that the Queue lost, in its hour", async () => {
    const lost = hourOf(NOON_MS - 5 * HOUR_MS);
    const world = await soundWorld();
    // The edge's later messages tell of twelve events more than ever came.
    world.intake.edge.set(lost, (world.intake.edge.get(lost) ?? 0) + 12);
    const { queue } = { queue: world.intake.queue.get(lost) ?? 0 };
    expect(named(await report(world))).toEqual([
      `edge-queue 2026-11-20T07:00:00.000Z: ${queue} for ${queue + 12}`,
    ]);
  });

  it("names an event that the Queue delivered and bronze lost", async () => {
    let dropped = -1;
    const world = await soundWorld({
      bronze: (event, daysAgo, index) => {
        if (daysAgo !== 0 || index !== 70) return event;
        dropped = hourOf(event.received_at);
        return null;
      },
    });
    world.intake.ledger.set(dropped, (world.intake.ledger.get(dropped) ?? 0) - 1);
    const queue = world.intake.queue.get(dropped) ?? 0;
    const from = new Date(dropped * HOUR_MS).toISOString();
    expect(named(await report(world))).toEqual([`queue-bronze ${from}: ${queue - 1} for ${queue}`]);
  });

  it("names an event that bronze has and silver lost, by its id", async () => {
    let lost = { event_id: "", received_at: 0 };
    const world = await soundWorld({
      silver: (row, daysAgo, index) => {
        if (daysAgo !== 0 || index !== 70) return [row];
        lost = row;
        return [];
      },
    });
    const made = await report(world);
    expect(named(made)).toHaveLength(1);
    expect(made.reconciliation.differences[0]).toMatchObject({
      between: ["bronze", "silver"],
      hour: hourOf(lost.received_at),
      examples: [lost.event_id],
    });
  });

  it("names ids that D1 never counted", async () => {
    const world = await soundWorld();
    const hour = hourOf(NOON_MS - 28 * HOUR_MS);
    const ids = world.intake.ledger.get(hour) ?? 0;
    world.intake.ledger.set(hour, ids - 3);
    expect(named(await report(world))).toEqual([
      `bronze-ledger 2026-11-19T08:00:00.000Z: ${ids - 3} for ${ids}`,
    ]);
  });

  it("names a doubled row of silver, and quarantines it once however often it is read", async () => {
    let doubled = "";
    const world = await soundWorld({
      silver: (row, daysAgo, index) => {
        if (daysAgo !== 0 || index !== 33) return [row];
        doubled = row.event_id;
        return [row, { ...row, event_weight: 2 }];
      },
    });
    const made = await report(world);
    const unique = made.outcomes.find(({ check }) => check === "event_once");
    expect(unique).toMatchObject({ status: "error", failing: 1 });
    expect(unique?.examples?.[0]).toContain(doubled);
    expect(named(made)).toEqual(["silver.interactions/event_once: error"]);
    await world.store.delete(["lake/ops/quality/latest.json"]);
    const again = await report(world, NOW_MS + 1);
    expect([made.quarantined, again.quarantined]).toEqual([1, 0]);
    const rows = await quarantined(world);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      event_id: doubled,
      reason: "failed_check",
      check: "silver.interactions/event_once",
    });
    expect(JSON.parse(rows[0]?.body ?? "")).toMatchObject({ event_id: doubled, tenant: "shop" });
  });

  it("names a column that is suddenly empty", async () => {
    const world = await soundWorld({
      bronze: ({ country, ...event }, daysAgo, index) =>
        daysAgo === 0 && index % 2 === 0 ? event : { ...event, country: country ?? "DE" },
    });
    expect(named(await report(world))).toEqual(["bronze.events/country_nulls: warn"]);
  });

  it("names a day with too few rows", async () => {
    const world = await soundWorld({
      bronze: (event, daysAgo, index) => (daysAgo === 0 && index >= 20 ? null : event),
    });
    for (const counts of [world.intake.edge, world.intake.queue, world.intake.ledger]) counts.clear();
    for (const { received_at } of world.events) {
      for (const counts of [world.intake.edge, world.intake.queue, world.intake.ledger]) {
        counts.set(hourOf(received_at), (counts.get(hourOf(received_at)) ?? 0) + 1);
      }
    }
    expect(named(await report(world))).toEqual(["bronze.events/volume_drop: error"]);
  });

  it("names a table that its job has left behind", async () => {
    const world = await soundWorld({ silverBehind: 2 });
    // What silver holds is right; it only does not know of the last two commits.
    expect(named(await report(world))).toEqual(["silver.interactions/refined: error"]);
  });

  it("names written files that nobody commits", async () => {
    const world = await soundWorld();
    await world.lake.append(EVENTS, world.events.slice(-1), { nowMs: NOW_MS - 2 * HOUR_MS });
    expect(named(await report(world))).toEqual(["bronze.events/committed: error"]);
  });

  it("names items that no catalogue has, not where there is none at all", async () => {
    const unknown = await soundWorld({
      silver: (row, daysAgo, index) => [{ ...row, item_known: daysAgo !== 0 || index % 4 !== 0 }],
    });
    const made = await report(unknown);
    expect(named(made)).toEqual(["silver.interactions/item_known: warn"]);
    expect(made.quarantined).toBeGreaterThan(30);
    const bare = await soundWorld({ silver: (row) => [{ ...row, item_known: false }] });
    const without = await report(bare);
    expect(named(without)).toEqual([]);
    expect(without.quarantined).toBe(0);
    const status = without.outcomes.find(({ check }) => check === "item_known")?.status;
    expect(status).toBe("unknown");
  });

  it("names a catalogue that is there and knows none of the items", async () => {
    const world = await soundWorld({ silver: (row) => [{ ...row, item_known: false }] });
    const state = { tenant: "shop", item_id: "another", valid_from: NOON_MS };
    const added = await world.lake.append(ITEM_STATES, [state], { nowMs: NOON_MS });
    await world.lake.commit(ITEM_STATES, { operation: "append", added }, { nowMs: NOON_MS });
    await world.lake.commitPending(ITEM_STATES, { nowMs: NOON_MS, force: true });
    const made = await report(world);
    expect(named(made)).toEqual(["silver.interactions/item_known: error"]);
    expect(failingChecks(made, "shop").map(({ check }) => check)).toEqual(["item_known"]);
    expect(made.quarantined).toBeGreaterThan(1_000);
  });

  it("names clients whose clocks are wrong, and values that cannot be", async () => {
    const skewed = await soundWorld({
      bronze: (event, daysAgo, index) =>
        daysAgo === 0 && index % 2 === 0 ? { ...event, sent_at: event.received_at - 3 * DAY_MS } : event,
    });
    const made = await report(skewed);
    expect(named(made)).toEqual(["bronze.events/clock_skew: warn"]);
    expect(made.outcomes.find(({ check }) => check === "clock_skew")?.reason).toContain(
      "off by more than 1 h",
    );
    const impossible = await soundWorld({
      bronze: (event, daysAgo, index) =>
        daysAgo === 0 && index === 5 ? { ...event, quantity: -4, currency: "euro" } : event,
    });
    expect(named(await report(impossible))).toEqual([
      "bronze.events/quantity: warn",
      "bronze.events/currency: warn",
    ]);
    expect((await quarantined(impossible)).map(({ check }) => check).sort()).toEqual([
      "bronze.events/currency",
      "bronze.events/quantity",
    ]);
  });
});

function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}

async function quarantined({ lake }: World): Promise<Partial<QuarantinedRow>[]> {
  await lake.commitPending(QUARANTINE, { nowMs: NOW_MS, force: true });
  const rows: Partial<QuarantinedRow>[] = [];
  const columns = ["event_id", "reason", "check", "body"] as const;
  for await (const batch of lake.scan(QUARANTINE, { columns })) {
    for (let row = 0; row < batch.rows; row++) {
      const { event_id, reason, check, body } = batch.columns;
      rows.push({
        event_id: event_id[row] ?? "",
        reason: reason[row] ?? "",
        check: check[row] ?? "",
        body: body[row] ?? "",
      });
    }
  }
  return rows;
}
