import { eventTypeWeight, uuidV7TimeMs } from "../../events/index.ts";
import { anonymousSubject, userSubject } from "../../features/index.ts";
import type { Batch, ColumnsOf, Interaction, TableWriter } from "../../lake/index.ts";
import {
  actorOf,
  cellOf,
  cellsAt,
  compareCopies,
  EVENT_NAMES,
  INTERACTION_NAMES,
  type InteractionName,
  patternAt,
} from "./columns.ts";
import type { Judged, PartitionRows } from "./judge-partition.ts";
import { type Handover, handoverOf } from "./late-events.ts";
import { type Lookups, lookupKey } from "./lookups.ts";
import { type FreshRow, mergeRows, type RowSink } from "./merge-rows.ts";
import { SessionNames, sessionKey } from "./sessions.ts";

type InteractionBatch = Batch<Interaction, InteractionName>;
type OutputColumns = { [K in InteractionName]-?: (Exclude<Interaction[K], undefined> | null)[] };

/** Rows handed to the writer at once: what is held of the output beside the writer's own row group. */
const OUTPUT_ROWS = 2_048;

export interface RewriteOptions {
  judged: Judged;
  lookups: Lookups;
  writer: TableWriter<Interaction>;
  /** Takes each event that D1 did not count when it landed, or may not have. */
  late(handover: Handover): Promise<void>;
}

/** The second pass: writes the partition as it shall be, sorted. Returns its rows. */
export async function rewritePartition(
  rows: PartitionRows<InteractionName>,
  options: RewriteOptions,
): Promise<number> {
  const sink = new WritingSink(options);
  await mergeRows(rows.stored(INTERACTION_NAMES), rows.fresh(), sink);
  await sink.flush();
  return sink.rows;
}

class WritingSink implements RowSink<InteractionName> {
  readonly #options: RewriteOptions;
  readonly #names = new SessionNames();
  #columns = emptyColumns();
  #held = 0;
  rows = 0;

  constructor(options: RewriteOptions) {
    this.#options = options;
  }

  stored(batch: InteractionBatch, from: number, to: number): Promise<void> | undefined {
    const start = this.#held;
    for (const name of INTERACTION_NAMES) {
      const column = this.#columns[name] as unknown[];
      const cells = batch.columns[name] as readonly unknown[];
      for (let index = from; index < to; index++) column.push(cells[index]);
    }
    this.#held += to - from;
    for (let row = start; row < this.#held; row++) {
      this.#nameSession(row);
      this.#settle(row);
    }
    return this.#flushFull();
  }

  fresh(row: FreshRow, stored: { batch: InteractionBatch; index: number } | null): Promise<void> | undefined {
    const [, , landed, cells] = row;
    const old = stored === null ? null : cellsAt(stored.batch, stored.index);
    const stays = stored !== null && old !== null && compareCopies(cells, old) >= 0;
    const handover = handoverOf(landed, { kept: stays ? old : cells, stored: old });
    const write = () => {
      if (stays) return this.stored(stored.batch, stored.index, stored.index + 1);
      this.#add(row);
      return this.#flushFull();
    };
    return handover === null ? write() : this.#options.late(handover).then(write);
  }

  #add([, , , cells]: FreshRow): void {
    const columns = this.#columns;
    for (const [index, name] of EVENT_NAMES.entries()) (columns[name] as unknown[]).push(cells[index]);
    const [userId, anonymousId] = [cellOf(cells, "user_id"), cellOf(cells, "anonymous_id")];
    const itemId = cellOf(cells, "item_id");
    columns.id_time.push(uuidV7TimeMs(cellOf(cells, "event_id") as string));
    columns.event_weight.push(eventTypeWeight(cellOf(cells, "type") as string));
    columns.subject.push(
      userId !== null ? userSubject(userId) : anonymousId !== null ? anonymousSubject(anonymousId) : null,
    );
    columns.session.push(null);
    columns.is_automated.push(false);
    columns.item_known.push(itemId === null ? null : false);
    this.#held++;
    this.#nameSession(this.#held - 1);
    this.#settle(this.#held - 1);
  }

  /** Sessions of actors that have nothing fresh stand as they are. */
  #nameSession(row: number): void {
    const { actors, automated } = this.#options.judged;
    const columns = this.#columns;
    const pattern = patternAt(columns, row);
    const actor = actorOf(pattern);
    const [tenant, eventId] = [pattern.tenant as string, pattern.event_id as string];
    if (actor === null || !actors.has(tenant, actor)) return;
    const name = this.#names.next(tenant, actor, eventId);
    columns.session[row] = name;
    columns.is_automated[row] = automated.has(sessionKey(tenant, name));
  }

  /** Links and items that came to be known meanwhile. */
  #settle(row: number): void {
    const { users, items } = this.#options.lookups;
    const columns = this.#columns;
    const tenant = columns.tenant[row] as string;
    const device = columns.anonymous_id[row];
    if (users.size > 0 && typeof device === "string" && columns.user_id[row] === null) {
      const user = users.get(lookupKey(tenant, device));
      if (user !== undefined) columns.subject[row] = userSubject(user);
    }
    if (columns.item_known[row] === false && items.has(tenant, columns.item_id[row] as string))
      columns.item_known[row] = true;
  }

  #flushFull(): Promise<void> | undefined {
    return this.#held >= OUTPUT_ROWS ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    if (this.#held === 0) return;
    const [columns, held] = [this.#columns, this.#held];
    this.#columns = emptyColumns();
    this.#held = 0;
    this.rows += held;
    await this.#options.writer.write(columns as ColumnsOf<Interaction>, held);
  }
}

function emptyColumns(): OutputColumns {
  return Object.fromEntries(INTERACTION_NAMES.map((name) => [name, []])) as unknown as OutputColumns;
}
