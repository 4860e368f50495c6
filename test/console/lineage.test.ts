import { expect, it } from "vitest";
import { size } from "../../src/console/data/lake.ts";
import { type LineageFacts, lineageOf } from "../../src/console/data/lineage.ts";
import { NODE, placed } from "../../src/console/data/lineage-layout.ts";
import { plus } from "../../src/console/data/quarantine.ts";
import type { Check } from "../../src/console/data/report.ts";
import { TABLE_WORDS } from "../../src/ops/index.ts";

const tables = Object.entries(TABLE_WORDS).map(([name, { about, madeFrom }]) => ({
  ...{ name, about, layer: name.split(".")[0] ?? "", made_from: [...madeFrom], columns: 3 },
  ...{ rows: 1_200, files: 2, bytes: 10, shared_files: 0, snapshot: { id: 1, at: 1 } },
  written_at: Date.now() - 3 * 60_000,
}));
const check = (table: string, status: Check["status"]): Check => ({
  ...{ table, check: `${table} ${status}`, tenant: null, status, reason: "" },
});
const facts: LineageFacts = {
  tables,
  activity: {
    hours: [{ from: 0, accepted: 9, delivered: 7, counted: 5 }],
    last_accepted_at: null,
    layers: [],
  },
  report: {
    ...{ at: 1, complete: true, tables: {} },
    checks: [
      ...[check("bronze.events", "pass"), check("bronze.events", "warn"), check("bronze.events", "pass")],
      ...[check("silver.items", "pass"), check("gold.item_daily", "error")],
    ],
    reconciliation: { hours_compared: 0, hours_open: 0, differences: [] },
  },
  modelAtMs: null,
};

it("shows every table on the events' way, after those that it is made from", () => {
  const nodes = lineageOf(facts);
  const column = new Map(nodes.map((node) => [node.id, node.column]));
  for (const node of nodes) {
    for (const from of node.from) expect(column.get(from), `${from} → ${node.id}`).toBeLessThan(node.column);
  }
  expect(nodes.filter(({ from }) => from.length === 0).map(({ id }) => id)).toEqual(["sources"]);
  expect(column.has("ops.lineage")).toBe(false);
  expect(nodes.length).toBe(tables.length);
});

it("says of each how much, how fresh, and the worst that its checks found", () => {
  const byId = new Map(lineageOf(facts).map((node) => [node.id, node]));
  expect(byId.get("sources")?.lines).toEqual(["9 events", "in 24 hours"]);
  expect(byId.get("queue")?.lines[0]).toBe("2 events");
  expect(byId.get("bronze.events")).toMatchObject({ state: "warn", checks: "! 1 of 3 worth a look" });
  expect(byId.get("bronze.events")?.lines[1]).toBe("3 min ago");
  expect(byId.get("silver.items")).toMatchObject({ state: "pass", checks: "✓ its check passes" });
  expect(byId.get("gold.item_daily")?.state).toBe("error");
  expect(byId.get("gold.training_runs")).toMatchObject({ title: "model", state: null });
  expect(byId.get("gold.training_runs")?.lines[1]).toBe("none is live");
  const unknown = lineageOf({ ...facts, report: null, activity: null });
  expect(unknown.find(({ id }) => id === "queue")?.lines).toEqual([]);
});

it("places no two nodes over each other, all within the picture, and draws every edge once", () => {
  const nodes = lineageOf(facts);
  const picture = placed(nodes);
  for (const [at, a] of picture.nodes.entries()) {
    expect(a.x + NODE.width).toBeLessThanOrEqual(picture.width);
    expect(a.y + NODE.height).toBeLessThanOrEqual(picture.height);
    for (const b of picture.nodes.slice(at + 1)) {
      expect(a.x !== b.x || Math.abs(a.y - b.y) >= NODE.height, `${a.id} ${b.id}`).toBe(true);
    }
  }
  // What is drawn straight is in a lane of its own: no node stands in it.
  const lanes = picture.edges.flatMap(({ path }) => [...path.matchAll(/(\S+) (\S+)H/g)]);
  expect(lanes.length).toBeGreaterThan(3);
  for (const [, x, y] of lanes) {
    const over = picture.nodes.filter(
      (one) => one.x === Number(x) && Math.abs(one.y + NODE.height / 2 - Number(y)) <= NODE.height / 2,
    );
    expect(
      over.map(({ id }) => id),
      `${x} ${y}`,
    ).toEqual([]);
  }
  expect(picture.edges.length).toBe(nodes.reduce((sum, { from }) => sum + from.length, 0));
  expect(placed([])).toMatchObject({ nodes: [], edges: [], width: 0 });
});

it("tells sizes in the largest unit, and adds up the steps of a replay", () => {
  expect([0, 999, 1_000, 1_234_567, 5e12, 5e15].map((bytes) => size(bytes))).toEqual([
    "0 bytes",
    "999 bytes",
    "1 KB",
    "1.2 MB",
    "5 TB",
    "5,000 TB",
  ]);
  const step = { read: 2, accepted: 1, already_replayed: 0, skipped: {}, refused: { too_late: 1 } };
  const other = {
    ...step,
    already_replayed: 3,
    skipped: { failed_check: 1 },
    refused: { too_late: 2, x: 1 },
  };
  expect(plus(step, other)).toEqual({
    ...{ read: 4, accepted: 2, already_replayed: 3, skipped: { failed_check: 1 } },
    refused: { too_late: 3, x: 1 },
  });
});
