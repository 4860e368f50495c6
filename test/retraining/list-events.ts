import { makeUuidV7, type StoredEvent } from "../../src/events/index.ts";
import { createSigner, mintRecommendationId, type RecommendationId } from "../../src/serving/index.ts";
import { NOW_MS } from "./shop-events.ts";

const signer = createSigner("secret");

let made = 0;

/** An event about a list that was made at that moment. */
export async function listEvent(
  type: string,
  origin: Pick<RecommendationId, "mintedAtMs" | "modelVersion" | "degraded"> & {
    seed: number;
    tenant?: string;
  },
  change: Partial<StoredEvent> = {},
): Promise<StoredEvent> {
  const id = { tenant: "shop", scenario: "home", variant: "control", source: "model", ...origin };
  const occurredAt = origin.mintedAtMs + 1_000;
  return {
    event_id: makeUuidV7(
      occurredAt,
      Uint8Array.from({ length: 10 }, (_, i) => (++made >> i) & 255),
    ),
    tenant: "shop",
    type,
    user_id: `user-${origin.seed}`,
    session_id: `session-${origin.seed}`,
    item_id: "item-1",
    recommendation_id: await mintRecommendationId(id, signer),
    occurred_at: occurredAt,
    sent_at: occurredAt,
    received_at: NOW_MS,
    consent: "granted",
    is_bot: false,
    ...change,
  };
}
