import * as z from "zod";
import { EVENT_VALUE_MAX, IMPRESSION_ITEMS_MAX, RECOMMENDATION_ID_BYTES_MAX } from "../base/index.ts";
import { idSchema } from "./id.ts";
import { isUuidV7 } from "./uuid.ts";

const epochMs = z.int().nonnegative();

export const eventItemSchema = z.strictObject({
  item_id: idSchema,
  /** 0 is the first place shown. */
  position: z.int().nonnegative().max(10_000).optional(),
});

/**
 * One event as a client sends it. `event_id` is the idempotency key: a retry must carry the same one.
 * `sent_at` beside the server's clock corrects `occurred_at`.
 */
export const eventSchema = z
  .strictObject({
    event_id: z.string().refine(isUuidV7, "must be a UUIDv7 in lower case"),
    type: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "must match [a-z][a-z0-9_]{0,39}"),
    user_id: idSchema.optional(),
    anonymous_id: idSchema.optional(),
    session_id: idSchema.optional(),
    item_id: idSchema.optional(),
    items: z.array(eventItemSchema).min(1).max(IMPRESSION_ITEMS_MAX).optional(),
    value: z.number().min(-EVENT_VALUE_MAX).max(EVENT_VALUE_MAX).optional(),
    quantity: z.number().positive().max(1_000_000).optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code")
      .optional(),
    duration_ms: z.int().nonnegative().max(86_400_000).optional(),
    scenario: z
      .string()
      .regex(/^[a-z0-9_-]{1,64}$/, "must match [a-z0-9_-]{1,64}")
      .optional(),
    recommendation_id: z.string().max(RECOMMENDATION_ID_BYTES_MAX).optional(),
    occurred_at: epochMs,
    sent_at: epochMs,
    context: z.record(z.string().max(40), z.union([z.string().max(500), z.number(), z.boolean()])).optional(),
    consent: z.enum(["granted", "denied"]),
  })
  .superRefine((event, context) => {
    if (event.consent === "granted" && event.session_id === undefined) {
      context.addIssue({
        code: "custom",
        path: ["session_id"],
        message: "is required unless consent is denied",
      });
    }
    if (event.type === "identify" && (event.user_id === undefined || event.anonymous_id === undefined)) {
      context.addIssue({
        code: "custom",
        path: ["user_id"],
        message: "identify needs user_id and anonymous_id",
      });
    }
    if (event.type === "impression" && event.items === undefined && event.item_id === undefined) {
      context.addIssue({ code: "custom", path: ["items"], message: "an impression needs items or item_id" });
    }
  });

export type Event = z.infer<typeof eventSchema>;

/** Classes of devices, told by the browser's own name. */
export const DEVICES = ["desktop", "mobile", "tablet", "other"] as const;

/** What the server adds. `occurred_at` of a stored event is already corrected for the client's clock. */
export interface StoredEvent extends Event {
  tenant: string;
  received_at: number;
  country?: string;
  device?: (typeof DEVICES)[number];
  is_bot: boolean;
  /** When it was taken back out of quarantine; see `silverPlace`. */
  replayed_at?: number;
}

/** The body of one Queue message: many events of one tenant. */
export interface EventMessage {
  v: 1;
  tenant: string;
  /** Who accepted the events; the three stand together, and messages of older versions are without. */
  producer?: string;
  /** In which they were received, since the epoch. */
  hour?: number;
  /** Events that the producer had accepted for the tenant in that hour before these. */
  before?: number;
  events: StoredEvent[];
}
