/**
 * ingest: from a request's body to the lake and the features. `acceptEvents` judges, `sendEvents` puts what it took on its
 * way, `consume` lands it; `drainSpill` and `consumeDeadLetters` are the ways of what the Queue refused or gave up. What was
 * answered with 2xx is from then on in the Queue, in R2 or in both. Deduplication is not here: D1's ledger does it.
 */
export {
  type Acceptance,
  type AcceptContext,
  acceptEvents,
  type BodyError,
  type FieldError,
  type Verdict,
} from "./accept.ts";
export { type Consumed, consume } from "./consume.ts";
export { consumeDeadLetters } from "./dead-letter.ts";
export type { DeliveredMessage, QueuePort, Sinks, Sleep } from "./ports.ts";
export { IntakeProducer } from "./producer.ts";
export {
  type ReplayCursor,
  type Replayed,
  type ReplayOptions,
  type ReplayPorts,
  replayQuarantine,
} from "./replay.ts";
export { type SendPorts, type Sent, sendEvents } from "./send.ts";
export { type Drained, drainSpill } from "./spill.ts";
export { type Agent, readUserAgent } from "./user-agent.ts";
