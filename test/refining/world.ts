import type { ObjectStore } from "../../src/base/index.ts";
import type { StoredEvent } from "../../src/events/index.ts";
import {
  EVENTS,
  IDENTITY_LINKS,
  type IdentityLink,
  INTERACTIONS,
  ITEM_CHANGES,
  type ItemChange,
  type Lake,
  openLake,
  type Table,
} from "../../src/lake/index.ts";
import { type Job, type RefinePorts, runName } from "../../src/refining/job.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

/** A lake in memory, what its jobs handed to D1, and names for its runs. */
export interface World {
  store: ObjectStore;
  lake: Lake;
  ports: RefinePorts;
  handed: StoredEvent[];
}

let names = 0;

export function openWorld(store: ObjectStore = memoryObjectStore()): World {
  const lake = openLake(store);
  const handed: StoredEvent[] = [];
  const ports: RefinePorts = {
    lake,
    store,
    applyLate: async (events) => void handed.push(...events),
    newRunName: () => String(++names),
    clock: () => 0,
  };
  return { store, lake, ports, handed };
}

/** What lands at `nowMs`, in one commit for each table. */
export interface Landing {
  nowMs: number;
  events?: readonly StoredEvent[];
  links?: readonly IdentityLink[];
  items?: readonly ItemChange[];
}

export async function land(
  { lake }: World,
  { nowMs, events = [], links = [], items = [] }: Landing,
): Promise<void> {
  await lake.append(EVENTS, events, { nowMs });
  await lake.append(IDENTITY_LINKS, links, { nowMs });
  await lake.append(ITEM_CHANGES, items, { nowMs });
  await lake.commitAllPending({ nowMs, force: true });
}

/** Repeats a job's unit until nothing is left; returns how many units that took. */
export async function runJob(
  { ports }: World,
  job: Job,
  { nowMs, rowsMax = 1_000_000 }: { nowMs: number; rowsMax?: number },
): Promise<number> {
  for (let units = 0; ; units++) {
    const run = runName(nowMs, ports.newRunName());
    if ((await job.run(ports, { nowMs, rowsMax, run })) === null) return units;
  }
}

/** All rows of a table as objects, in the table's order as far as its files have it; null cells left out. */
export async function rowsOf<Row extends object>({ lake }: World, table: Table<Row>): Promise<Row[]> {
  const found: Row[] = [];
  const columns = table.columns.map(({ name }) => name);
  for await (const batch of lake.scan(table, { columns })) {
    for (let index = 0; index < batch.rows; index++) {
      const cells = columns.map((name) => [
        name,
        (batch.columns as Record<string, unknown[]>)[name]?.[index],
      ]);
      found.push(Object.fromEntries(cells.filter(([, cell]) => cell !== null)) as Row);
    }
  }
  return found;
}

/** Silver's rows by tenant and id. */
export async function silverRows(world: World) {
  const rows = await rowsOf(world, INTERACTIONS);
  const key = (row: (typeof rows)[number]) => `${row.tenant}/${row.event_id}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
