import { describe, expect, it } from "vitest";
import { createPrng, DAY_MS } from "../../src/base/index.ts";
import {
  EVENTS,
  type HistoryEntry,
  openLake,
  type ScanProgress,
  type Table,
  tenantBucket,
  USER_HISTORIES,
} from "../../src/lake/index.ts";
import { memoryObjectStore } from "../memory-object-store.ts";
import { randomEvent } from "./events.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Counts what a scan asks of the store: files, and bytes of data. */
async function readsOf(
  store: ReturnType<typeof memoryObjectStore>,
  scan: () => AsyncGenerator<{ rows: number }>,
): Promise<{ rows: number; files: number; gets: number; bytes: number }> {
  store.calls.length = 0;
  let rows = 0;
  for await (const batch of scan()) rows += batch.rows;
  const reads = store.calls.filter(({ kind, key }) => kind === "get" && key.includes("/data/"));
  return {
    rows,
    files: new Set(reads.map(({ key }) => key)).size,
    gets: reads.length,
    bytes: reads.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

describe("a scan reads only what it must", () => {
  it("of the days and tenants asked for", async () => {
    const prng = createPrng("days and tenants");
    const store = memoryObjectStore();
    const lake = openLake(store);
    for (let day = 0; day < 5; day++) {
      for (const tenant of ["a", "b"]) {
        const atMs = NOW_MS - day * DAY_MS;
        const events = Array.from({ length: 20 }, () => randomEvent(prng, tenant, atMs));
        await lake.append(EVENTS, events, { nowMs: atMs });
      }
    }
    await lake.commitPending(EVENTS, { nowMs: NOW_MS });
    const all = await readsOf(store, () => lake.scan(EVENTS, { columns: ["event_id"] }));
    expect(all).toMatchObject({ rows: 200, files: 10 });
    const day = {
      column: "received_at",
      min: NOW_MS - DAY_MS - DAY_MS / 2,
      max: NOW_MS - DAY_MS / 2,
    } as const;
    const ofDay = await readsOf(store, () => lake.scan(EVENTS, { columns: ["event_id"], where: [day] }));
    expect(ofDay).toMatchObject({ rows: 40, files: 2, gets: 2 });
    const ofBoth = await readsOf(store, () =>
      lake.scan(EVENTS, { columns: ["event_id"], tenant: "b", where: [day] }),
    );
    expect(ofBoth).toMatchObject({ rows: 20, files: 1, gets: 1 });
    const ofNobody = await readsOf(store, () => lake.scan(EVENTS, { columns: ["event_id"], tenant: "z" }));
    expect(ofNobody).toEqual({ rows: 0, files: 0, gets: 0, bytes: 0 });
  });

  it("of a range of users: their row groups, and of those the columns asked for", async () => {
    const store = memoryObjectStore();
    const lake = openLake(store);
    const users = 700;
    const partition = [tenantBucket("shop")];
    const writer = lake.writer(USER_HISTORIES, { partition, nowMs: NOW_MS });
    for (let user = 0; user < users; user++) {
      const entries = Array.from({ length: 100 }, (_, index) => historyEntry(user, index));
      await writer.write(columnsOf(USER_HISTORIES, entries), entries.length);
    }
    const added = await writer.close();
    await lake.commit(USER_HISTORIES, { operation: "append", added }, { nowMs: NOW_MS });
    const [file] = added;
    expect(file?.rowGroupOffsets).toHaveLength(14);

    // That all rows are the tenant's, the footer says.
    const ofTenant = await readsOf(store, () =>
      lake.scan(USER_HISTORIES, { tenant: "shop", columns: ["item_id"] }),
    );
    expect(ofTenant).toEqual(await readsOf(store, () => lake.scan(USER_HISTORIES, { columns: ["item_id"] })));

    const where = [{ column: "subject", min: subjectOf(300), max: subjectOf(309) }] as const;
    const some = await readsOf(store, () =>
      lake.scan(USER_HISTORIES, { tenant: "shop", columns: ["item_id", "occurred_at"], where }),
    );
    expect(some).toMatchObject({ rows: 1_000, files: 1 });
    // The footer, the filter's columns and the chosen ones of one row group in fourteen.
    expect(some.gets).toBeLessThanOrEqual(4);
    const column = (name: string) => lake.scan(USER_HISTORIES, { columns: [name as "item_id"] });
    const whole = await Promise.all(
      ["tenant", "subject", "item_id", "occurred_at"].map(
        async (name) => (await readsOf(store, () => column(name))).bytes,
      ),
    );
    const footer = 32_000;
    const ofColumns = whole.reduce((sum, bytes) => sum + bytes - footer, 0);
    expect(some.bytes - footer).toBeLessThan(ofColumns * 0.3 + 4 * 16_000);
    expect(some.bytes).toBeLessThan((file?.bytes ?? 0) / 5);

    const none = await readsOf(store, () =>
      lake.scan(USER_HISTORIES, {
        tenant: "shop",
        columns: ["item_id"],
        where: [{ column: "subject", min: "u:300x", max: "u:300y" }],
      }),
    );
    // Between two subjects of one row group: its filter columns are read, and nothing else.
    expect(none).toMatchObject({ rows: 0, files: 1 });
    expect(none.gets).toBeLessThanOrEqual(2);
  });

  it("as `onRead` and `onProgress` tell", async () => {
    const prng = createPrng("told");
    const store = memoryObjectStore();
    const lake = openLake(store);
    for (let file = 0; file < 9; file++) {
      await lake.append(EVENTS, [randomEvent(prng, "a", NOW_MS)], { nowMs: NOW_MS + file });
    }
    await lake.commitPending(EVENTS, { nowMs: NOW_MS });
    const progress: ScanProgress[] = [];
    let told = 0;
    const reads = await readsOf(store, () =>
      lake.scan(EVENTS, {
        columns: ["event_id"],
        onProgress: (step) => progress.push(step),
        onRead: ({ bytes }) => {
          told += bytes;
        },
      }),
    );
    expect(told).toBe(reads.bytes);
    expect(progress[0]).toMatchObject({ filesDone: 0, filesTotal: 9, bytesDone: 0 });
    expect(progress.at(-1)).toMatchObject({ filesDone: 9, bytesDone: progress[0]?.bytesTotal });
  });
});

const subjectOf = (user: number) => `u:${String(user).padStart(3, "0")}`;

function historyEntry(user: number, index: number): HistoryEntry {
  return {
    tenant: "shop",
    subject: subjectOf(user),
    occurred_at: NOW_MS + index,
    event_id: `${user}-${index}-${(user * 7919 + index * 104_729) % 1_000_003}`,
    item_id: `item-${(user * 31 + index * 17) % 997}`,
    type: "view",
    type_code: 1,
    weight: 1,
  };
}

function columnsOf<R extends object>(table: Table<R>, rows: readonly R[]) {
  return Object.fromEntries(table.columns.map(({ name }) => [name, rows.map((one) => one[name])])) as {
    [K in keyof R]: R[K][];
  };
}
