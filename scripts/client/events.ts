import { EVENTS_BODY_BYTES_MAX, EVENTS_PER_REQUEST_MAX } from "../../src/base/index.ts";
import type { Event } from "../../src/events/index.ts";
import type { ApiClient } from "./api.ts";

/** Enough to keep one local thread busy while answers travel; a deployed edge is not hurried by more either. */
const REQUESTS_AT_ONCE = 4;
/** The JSON brackets and commas, generously. */
const BODY_MARGIN_BYTES = 2_000;

export interface SendReport {
  accepted: string[];
  rejected: { eventId: string; field: string; message: string }[];
}

interface EventsAnswer {
  accepted: number;
  rejected: number;
  verdicts: { index: number; status: "accepted" | "rejected"; error?: { field?: string; message: string } }[];
}

/** Sends events in full requests, a few at a time; `onBatch` hears of each batch once its verdicts are in. */
export async function sendEvents(
  client: ApiClient,
  events: Iterable<Event> | AsyncIterable<Event>,
  onBatch: (batch: readonly Event[], report: SendReport) => void,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  for await (const batch of batches(events)) {
    const sending = sendBatch(client, batch)
      .then((report) => onBatch(batch, report))
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    if (inFlight.size >= REQUESTS_AT_ONCE) await Promise.race(inFlight);
    if (failure !== undefined) break;
  }
  await Promise.all(inFlight);
  if (failure !== undefined) throw failure;
}

async function sendBatch(client: ApiClient, batch: readonly Event[]): Promise<SendReport> {
  const sentAt = Date.now();
  const body = batch.map((event) => ({ ...event, sent_at: sentAt }));
  const answer = await client.request<EventsAnswer>("/v1/events", { method: "POST", body });
  const report: SendReport = { accepted: [], rejected: [] };
  const errors = new Map(
    answer.verdicts.filter(({ status }) => status === "rejected").map(({ index, error }) => [index, error]),
  );
  batch.forEach((event, index) => {
    if (!errors.has(index)) report.accepted.push(event.event_id);
    else {
      const { field = "", message = "rejected" } = errors.get(index) ?? {};
      report.rejected.push({ eventId: event.event_id, field, message });
    }
  });
  if (report.accepted.length !== answer.accepted) {
    throw new Error(
      `the server counts ${answer.accepted} accepted events where its verdicts leave ${report.accepted.length}`,
    );
  }
  return report;
}

/** Groups that fit the limits of one request, in the order given. */
async function* batches(events: Iterable<Event> | AsyncIterable<Event>): AsyncGenerator<Event[]> {
  let batch: Event[] = [];
  let bytes = BODY_MARGIN_BYTES;
  for await (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (batch.length === EVENTS_PER_REQUEST_MAX || bytes + size > EVENTS_BODY_BYTES_MAX) {
      yield batch;
      batch = [];
      bytes = BODY_MARGIN_BYTES;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
