import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundleScript } from "../../scripts/local/assets.ts";
import * as server from "../../src/base/index.ts";
import * as device from "../../src/beacon/limits.ts";
import { afterReply } from "../../src/beacon/retry.ts";
import { makeUuid } from "../../src/beacon/uuid.ts";
import { isUuidV7, makeUuidV7 } from "../../src/events/index.ts";

/** A page pays for it on every first visit; 5 KB is what fits the first round trip beside the page's own head. */
const BEACON_GZIP_BYTES_MAX = 5_000;

it("the beacon stays under its ceiling, schemas left out", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "lakeshore-beacon-"));
  await bundleScript("src/beacon/index.ts", path.join(folder, "beacon.js"));
  const code = await readFile(path.join(folder, "beacon.js"));
  await rm(folder, { recursive: true });
  expect(code.byteLength).toBeGreaterThan(0);
  expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThan(BEACON_GZIP_BYTES_MAX);
});

it("device and server agree on the limits that both know", () => {
  expect(device.EVENT_BYTES_MAX).toBe(server.EVENT_BYTES_MAX);
  expect(device.HISTORY_MAX).toBe(server.DEVICE_HISTORY_MAX);
  expect(device.BATCH_EVENTS_MAX).toBeLessThanOrEqual(server.EVENTS_PER_REQUEST_MAX);
  expect(device.BATCH_BYTES_MAX).toBeLessThanOrEqual(server.EVENTS_BODY_BYTES_MAX);
  expect(device.EVENT_BYTES_MAX).toBeLessThan(device.BATCH_BYTES_MAX);
});

it("the beacon's ids are the vocabulary's UUIDv7", () => {
  const prng = server.createPrng("uuid");
  for (let i = 0; i < 1_000; i++) {
    const nowMs = prng.int(2 ** 32) * 512;
    const random = Uint8Array.from({ length: 10 }, () => prng.int(256));
    expect(isUuidV7(makeUuid(nowMs, random))).toBe(true);
    expect(makeUuid(nowMs, random)).toBe(makeUuidV7(nowMs, random));
  }
});

it("waits longer after each failure, within ±50 %, and no longer than its bound", () => {
  const delays = (random: number) =>
    Array.from({ length: 12 }, (_, attempt) => {
      const outcome = afterReply({ status: 500 }, attempt, 0, random);
      return outcome.done ? null : outcome.delayMs;
    });
  expect(delays(0.5).slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(delays(0).at(-1)).toBe(150_000);
  expect(delays(0.5).at(-1)).toBe(300_000);
});

it.each([
  [{ status: 429, retryAfter: "7" }, 7_000],
  [{ status: 503, retryAfter: "Thu, 01 Jan 1970 00:00:30 GMT" }, 30_000],
  [{ status: 503, retryAfter: "99999999" }, 86_400_000],
  [{ status: 503, retryAfter: "soon" }, 500],
  [{ status: 408, retryAfter: null }, 500],
])("reads %j as a delay", (reply, delayMs) => {
  expect(afterReply(reply, 0, 0, 0)).toMatchObject({ done: false, delayMs });
});

it.each([200, 202, 204, 400, 401, 403, 404, 413, 422])("%i ends a batch", (status) => {
  expect(afterReply({ status }, 0, 0, 0)).toEqual({ done: true });
});
