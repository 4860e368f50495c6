import * as z from "zod";
import { EVENTS_BODY_BYTES_MAX, r2ObjectStore } from "../../src/base/index.ts";
import { eventSchema, makeUuidV7 } from "../../src/events/index.ts";
import type { TenantConfig } from "../../src/features/index.ts";
import { acceptEvents, readUserAgent, sendEvents } from "../../src/ingest/intake.ts";
import { readConfig, readUserToken, USER_IGNORED } from "../../src/serving/index.ts";
import { intakeProducer, memory } from "./bindings.ts";
import { type Call, type Endpoint, endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";

/** Without the configuration a custom type would be refused for good: better to ask the client to come again. */
const CONFIG_READ_MS = 1_000;

/** Taken, and of no effect on any list: who tries the API with a tool of the command line would wonder. */
const COUNTED_AS_ROBOT = {
  field: "user-agent",
  message:
    "counted as a robot: the events are kept, but change no list and no profile; send a browser's user agent, or the secret key from a server",
};

const event = eventSchema.meta({ id: "Event" });

const verdictSchema = z.object({
  index: z.number().int().describe("The event's place in the request."),
  event_id: z.string().optional(),
  status: z.literal("rejected"),
  error: z.object({ field: z.string(), message: z.string() }),
});

export const eventRoutes: Endpoint[] = [
  endpoint({
    method: "post",
    path: "/v1/events",
    tag: "events",
    summary:
      "Takes events; each is judged by itself. `text/plain` is read as JSON too, so that sendBeacon needs no preflight.",
    access: "publishable",
    rate: "events",
    query: z.object({
      user_token: z
        .string()
        .max(1_000)
        .optional()
        .describe("Your server's signature of the events' `user_id`."),
    }),
    body: {
      schema: z.union([event, z.array(event), z.object({ events: z.array(event) })]),
      limit: { name: "EVENTS_BODY_BYTES_MAX", bytes: EVENTS_BODY_BYTES_MAX },
      required: true,
      example: eventExample,
    },
    answer: z.object({
      accepted: z.number().int(),
      rejected: z.number().int(),
      verdicts: z.array(verdictSchema).describe("Of the rejected events only."),
      notices: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    }),
    async handle(call) {
      const [config, body, vouchedUser] = await Promise.all([
        configOf(call),
        call.json(),
        vouchedUserOf(call),
      ]);
      const client = clientOf(call);
      let userIgnored = false;
      const judged = acceptEvents(unwrap(body), {
        tenant: call.tenant,
        nowMs: Date.now(),
        ...client,
        config,
        userTrusted(userId) {
          const trusted = call.keyKind === "secret" || !config.requireUserToken || userId === vouchedUser;
          userIgnored ||= !trusted;
          return trusted;
        },
      });
      if (!judged.ok) {
        const { status, message, limit } = judged.error;
        throw new ApiError(
          status === 413 ? "too_large" : "invalid_body",
          message,
          limit === undefined ? {} : { limit },
        );
      }
      await send(call, judged.value.accepted);
      call.said.events = judged.value.accepted.length;
      const rejected = judged.value.verdicts.filter(({ status }) => status === "rejected");
      const notices = [
        ...(userIgnored ? [USER_IGNORED] : []),
        ...(client.isBot && judged.value.accepted.length > 0 ? [COUNTED_AS_ROBOT] : []),
      ];
      return {
        accepted: judged.value.verdicts.length - rejected.length,
        rejected: rejected.length,
        verdicts: rejected,
        ...(notices.length === 0 ? {} : { notices }),
      };
    },
  }),
];

/** Of now: an old one would be set aside as too late. */
function eventExample(nowMs: number) {
  return {
    event_id: makeUuidV7(nowMs, crypto.getRandomValues(new Uint8Array(10))),
    type: "view",
    user_id: "ann",
    anonymous_id: "device-1",
    session_id: "visit-1",
    item_id: "item-1",
    occurred_at: nowMs,
    sent_at: nowMs,
    consent: "granted",
  };
}

async function configOf({ tenant, ports }: Pick<Call, "tenant" | "ports">): Promise<TenantConfig> {
  const read = await readConfig(tenant, CONFIG_READ_MS, ports, memory);
  if (read.status === "ok" && read.value !== null) return read.value;
  throw new ApiError("unavailable", "the tenant's configuration could not be read now", {
    headers: { "retry-after": "5" },
  });
}

async function vouchedUserOf(call: Pick<Call, "tenant" | "ports" | "query">): Promise<string | null> {
  const { user_token: token } = call.query;
  if (typeof token !== "string") return null;
  return readUserToken(call.tenant, token, { signer: call.ports.signer, nowMs: Date.now() });
}

/** One event, a list, or a list under `events`. */
function unwrap(body: unknown): unknown {
  return typeof body === "object" && body !== null && "events" in body ? body.events : body;
}

/**
 * Country, device and bot flag by the request. A server sends for its visitors: the name of its own HTTP library says nothing
 * of them, while an agent with a comment in parentheses is a visitor's, handed on. Without a key it is the console's session, which imports what others
 * did: its own browser is nobody's.
 */
function clientOf({ request, keyKind }: Pick<Call, "request" | "keyKind">) {
  const agent = request.headers.get("user-agent") ?? "";
  const isOthers = !agent.includes("(") || !request.headers.has("authorization");
  const client =
    keyKind === "secret" && isOthers ? { device: "other" as const, isBot: false } : readUserAgent(agent);
  const country = keyKind === "secret" ? undefined : (request.cf?.country as string | undefined);
  return country === undefined ? client : { ...client, country };
}

async function send(
  call: Pick<Call, "tenant" | "env">,
  events: Parameters<typeof sendEvents>[1],
): Promise<void> {
  if (events.length === 0) return;
  const sent = await sendEvents(call.tenant, events, {
    queue: call.env.EVENTS,
    spill: r2ObjectStore(call.env.LAKE),
    producer: intakeProducer(),
    nowMs: Date.now(),
    sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  });
  if (!sent.ok) throw new ApiError("unavailable", sent.error.message, { headers: { "retry-after": "5" } });
}
