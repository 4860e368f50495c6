import { describe, expect, it } from "vitest";
import { cronMatches } from "../../scripts/local/cron.ts";

/** A Saturday. */
const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`);

describe("cronMatches", () => {
  it.each([
    ["* * * * *", "15:07", true],
    ["*/5 * * * *", "15:05", true],
    ["*/5 * * * *", "15:07", false],
    ["17 * * * *", "03:17", true],
    ["17 * * * *", "03:18", false],
    ["0 4 * * *", "04:00", true],
    ["0 4 * * *", "05:00", false],
    ["10-20/5 * * * *", "00:15", true],
    ["10-20/5 * * * *", "00:25", false],
    ["50/5 * * * *", "00:55", true],
    ["50/5 * * * *", "00:45", false],
    ["1,2,30 * * * *", "00:30", true],
    ["0 0 21 11 *", "00:00", true],
    ["0 0 22 11 *", "00:00", false],
    ["0 0 * NOV *", "00:00", true],
    ["0 0 * dec *", "00:00", false],
    // Saturday is 7, as Cloudflare counts from Sunday = 1.
    ["0 0 * * 7", "00:00", true],
    ["0 0 * * 6", "00:00", false],
    ["0 0 * * MON-FRI", "00:00", false],
    ["0 0 * * SAT", "00:00", true],
    // Both day fields given: either suffices.
    ["0 0 1 * SAT", "00:00", true],
    ["0 0 1 * MON", "00:00", false],
  ])("%s at %s: %s", (expression, time, expected) => {
    expect(cronMatches(expression, at(time))).toBe(expected);
  });

  it("counts in UTC and fires once in each minute of its step over a day", () => {
    const minutes = Array.from({ length: 1440 }, (_, minute) => at("00:00") + minute * 60_000);
    expect(minutes.filter((time) => cronMatches("*/5 * * * *", time))).toHaveLength(288);
    expect(minutes.filter((time) => cronMatches("23 * * * *", time))).toHaveLength(24);
  });

  it.each(["* * * *", "60 * * * *", "* * L * *", "5-1 * * * *", "*/0 * * * *", "* * * * 0", "a * * * *"])(
    "refuses %s rather than never fire",
    (expression) => {
      expect(() => cronMatches(expression, at("00:00"))).toThrow(/cron/);
    },
  );
});
