import type { StoredEvent } from "../events/index.ts";
import type { IntakeCount, QuarantinedEvent } from "../features/index.ts";
import type { Lake } from "../lake/index.ts";

/** The sending side of a Queue. Rejects when the Queue refuses; it may have taken the messages all the same. */
export interface QueuePort {
  sendBatch(messages: { body: string; contentType: "text" }[]): Promise<unknown>;
}

/** Waits; a test's twin returns at once. */
export type Sleep = (durationMs: number) => Promise<void>;

/** A message as the Queue delivers it: what was acked is gone, what was retried comes again, in another batch. */
export interface DeliveredMessage {
  id: string;
  body: unknown;
  /** 1 at the first delivery. */
  attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
}

/** Where events end: the lake keeps all of them, the features are what serving reads. */
export interface Sinks {
  lake: Pick<Lake, "append">;
  features: {
    /**
     * Applies each event id once, whatever is delivered again, and notes in the same transaction what the messages say of
     * themselves. Rejects when the database does.
     */
    applyEvents(events: readonly StoredEvent[], nowMs: number, counts: readonly IntakeCount[]): Promise<void>;
    /** Notes ids that reached the lake but not the features. */
    recordQuarantine(rows: readonly QuarantinedEvent[]): Promise<void>;
  };
  nowMs: number;
}
