/**
 * The taking half of ingest, as a door of its own: what the edge needs, and nothing that reaches the lake. The Worker that must
 * start fast does not load what only the consumer uses.
 */
export { type Acceptance, type AcceptContext, acceptEvents, type BodyError, type Verdict } from "./accept.ts";
export { IntakeProducer } from "./producer.ts";
export { type SendPorts, type Sent, sendEvents } from "./send.ts";
export { type Agent, readUserAgent } from "./user-agent.ts";
