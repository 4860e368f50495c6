import type { AsOf, LakeEvent } from "./as-of.ts";
import { anonymousSubject, userSubject } from "./profile.ts";

/** From its first `identify` on, a device's events are its user's, those before it too. */
export interface Link {
  anonymousId: string;
  userId: string;
  linkedAtMs: number;
  receivedAtMs: number;
}

export interface Deletion {
  userId: string;
  deletedAtMs: number;
}

/** Who was who, and who was gone, as of a moment. */
export class Identities {
  readonly #links = new Map<string, Link>();
  readonly #deletedAtMs = new Map<string, number>();

  constructor({ asOfMs, clock = "received", links, deletions }: AsOf) {
    const known = links.filter(
      (link) => (clock === "received" ? link.receivedAtMs : link.linkedAtMs) <= asOfMs,
    );
    for (const link of known) {
      const other = this.#links.get(link.anonymousId);
      if (other === undefined || link.linkedAtMs < other.linkedAtMs) this.#links.set(link.anonymousId, link);
    }
    for (const { userId, deletedAtMs } of deletions) {
      if (deletedAtMs > asOfMs) continue;
      this.#deletedAtMs.set(userId, Math.max(deletedAtMs, this.#deletedAtMs.get(userId) ?? 0));
    }
  }

  /** Whose history an event belongs to; null when nobody's, or when it went with its user. */
  subjectOf(event: Pick<LakeEvent, "user_id" | "anonymous_id" | "consent" | "received_at">): string | null {
    if (event.consent !== "granted") return null;
    if (typeof event.user_id === "string") {
      const deletedAtMs = this.#deletedAtMs.get(event.user_id);
      return deletedAtMs !== undefined && event.received_at <= deletedAtMs
        ? null
        : userSubject(event.user_id);
    }
    if (typeof event.anonymous_id !== "string") return null;
    const link = this.#links.get(event.anonymous_id);
    if (link === undefined) return anonymousSubject(event.anonymous_id);
    const deletedAtMs = this.#deviceDeletedAtMs(link);
    return deletedAtMs !== undefined && event.received_at <= deletedAtMs ? null : userSubject(link.userId);
  }

  /** When the user of a session's actor was last deleted. */
  actorDeletedAtMs(actor: string): number | undefined {
    const id = actor.slice(2);
    if (actor.startsWith("u:")) return this.#deletedAtMs.get(id);
    const link = this.#links.get(id);
    return link === undefined ? undefined : this.#deviceDeletedAtMs(link);
  }

  /** A device that was linked only after the deletion was nobody's by then. */
  #deviceDeletedAtMs({ userId, receivedAtMs }: Link): number | undefined {
    const deletedAtMs = this.#deletedAtMs.get(userId);
    return deletedAtMs !== undefined && receivedAtMs <= deletedAtMs ? deletedAtMs : undefined;
  }
}
