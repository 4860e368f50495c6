import { DAY_MS, type Prng } from "../../src/base/index.ts";
import { eventTypeWeight, uuidV7TimeMs } from "../../src/events/index.ts";
import {
  type ColumnsOf,
  type IdentityLink,
  INTERACTIONS,
  type Interaction,
  tenantBucket,
} from "../../src/lake/index.ts";
import { NOW_MS, randomEvents } from "./events.ts";
import { land, type World } from "./world.ts";

/** Silver in any state one likes: partitions whose rows are not as they were are replaced, the others left alone. */
export class Silver {
  readonly #world: World;
  #rows = new Map<string, Interaction>();
  #stored = new Map<string, { text: string; paths: string[] }>();
  #nowMs = NOW_MS;

  constructor(world: World) {
    this.#world = world;
  }

  get rows(): Interaction[] {
    return [...this.#rows.values()];
  }

  put(rows: readonly Interaction[]): void {
    for (const row of rows) this.#rows.set(keyOf(row), row);
  }

  delete(row: Interaction): void {
    this.#rows.delete(keyOf(row));
  }

  /** Files hold at most `fileRows` rows. */
  async commit(fileRows = 1_000): Promise<void> {
    const { lake } = this.#world;
    this.#nowMs++;
    const added = [];
    const removed: string[] = [];
    const places = Map.groupBy(this.rows, placeOf);
    for (const place of new Set([...places.keys(), ...this.#stored.keys()])) {
      const rows = (places.get(place) ?? []).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      const before = this.#stored.get(place) ?? { text: "[]", paths: [] };
      const text = JSON.stringify(rows);
      if (text === before.text) continue;
      const paths: string[] = [];
      for (let from = 0; from < rows.length; from += fileRows) {
        const partition = place.split("/").map(Number);
        const writer = lake.writer(INTERACTIONS, { partition, nowMs: this.#nowMs });
        const some = rows.slice(from, from + fileRows);
        await writer.write(columnsOf(some), some.length);
        const files = await writer.close();
        added.push(...files);
        paths.push(...files.map((file) => file.path));
      }
      removed.push(...before.paths);
      this.#stored.set(place, { text, paths });
    }
    const operation = removed.length > 0 ? "overwrite" : "append";
    await lake.commit(INTERACTIONS, { operation, added, removed }, { nowMs: this.#nowMs });
  }

  async link(links: readonly IdentityLink[]): Promise<void> {
    this.#nowMs++;
    await land(this.#world, { nowMs: this.#nowMs, links });
  }

  get nowMs(): number {
    return this.#nowMs;
  }
}

function keyOf(row: Interaction): string {
  return `${row.tenant} ${row.event_id}`;
}

function placeOf(row: Interaction): string {
  return `${tenantBucket(row.tenant)}/${Math.floor(row.id_time / DAY_MS)}`;
}

function columnsOf(rows: readonly Interaction[]): ColumnsOf<Interaction> {
  const columns = INTERACTIONS.columns.map(({ name }) => [name, rows.map((row) => row[name])]);
  return Object.fromEntries(columns) as ColumnsOf<Interaction>;
}

/** Rows of silver, some of bots, of sessions that are not a person's, and of days long before they came. */
export function randomInteractions(prng: Prng, count: number): Interaction[] {
  return randomEvents(prng, count).map((event): Interaction => {
    const denied = prng.next() < 0.1;
    const late = prng.next() < 0.3 ? prng.int(20 * DAY_MS) : 0;
    const { user_id: userId, anonymous_id: anonymousId, ...rest } = event;
    const names = {
      ...(userId === undefined ? {} : { user_id: userId }),
      ...(anonymousId === undefined ? {} : { anonymous_id: anonymousId }),
    };
    const subject = userId === undefined ? anonymousId && `a:${anonymousId}` : `u:${userId}`;
    return {
      ...rest,
      ...(denied ? { consent: "denied" } : names),
      ...(denied || subject === undefined ? {} : { subject }),
      occurred_at: event.occurred_at - late,
      id_time: uuidV7TimeMs(event.event_id),
      event_weight: eventTypeWeight(event.type),
      is_automated: prng.next() < 0.1,
    };
  });
}

/** The users of devices by the first link of each; what the job must find however the links came. */
export function usersOf(links: readonly IdentityLink[]): Map<string, string> {
  const sorted = links.toSorted((a, b) => a.linked_at - b.linked_at || (a.event_id < b.event_id ? -1 : 1));
  const users = new Map<string, string>();
  for (const link of sorted) {
    const key = `${link.tenant} ${link.anonymous_id}`;
    if (!users.has(key)) users.set(key, link.user_id);
  }
  return users;
}
