import { describe, expect, it } from "vitest";
import { InteractionCollector } from "../../src/retraining/interactions.ts";
import { shopEvents } from "./shop-events.ts";

const [first] = shopEvents({
  tenant: "t",
  users: 1,
  items: 3,
  eventsPerUser: 1,
  kind: "chains",
  seed: 1,
}).events;
if (first === undefined) throw new Error("one event was asked for");
const event = first;

function rowsOf(...changes: object[]) {
  const collector = new InteractionCollector();
  for (const change of changes) collector.add({ ...event, ...change });
  return collector.rows();
}

describe("interactions", () => {
  it("count an event once, however often it was delivered", () => {
    expect(rowsOf({}, {})).toHaveLength(1);
  });

  it("leave out what is no sign of interest, and whom we may not learn from", () => {
    expect(rowsOf({ type: "impression" })).toEqual([]);
    expect(rowsOf({ is_bot: true })).toEqual([]);
    expect(rowsOf({ consent: "denied" })).toEqual([]);
    expect(rowsOf({ user_id: undefined })).toEqual([]);
  });

  it("join an anonymous visitor to the user it turned out to be, also backwards", () => {
    const rows = rowsOf(
      { event_id: "1", user_id: undefined, anonymous_id: "device", occurred_at: 1 },
      {
        event_id: "2",
        type: "identify",
        user_id: "ann",
        anonymous_id: "device",
        item_id: undefined,
        occurred_at: 2,
      },
      { event_id: "3", user_id: undefined, anonymous_id: "other", occurred_at: 3 },
    );
    expect(rows.map((row) => row.userId)).toEqual(["u:ann", "a:other"]);
  });
});
