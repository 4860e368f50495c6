import { uuidV7TimeMs } from "../../events/index.ts";
import { endsSession, SESSION_PATTERN, type SessionState, sessionPattern } from "../../features/index.ts";

/**
 * The sessions of one tenant's actors after another, cut as the pattern cuts them. Rows come in the order of tenant and id, so what
 * is held are the actors of the last half hour or so of ids: memory does not grow with the partition.
 */
class OpenSessions<Session extends { lastMs: number }> {
  readonly #open = new Map<string, Session>();
  readonly #ended: (session: Session) => void;
  #tenant = "";
  #sweptMs = 0;

  constructor(ended: (session: Session) => void) {
    this.#ended = ended;
  }

  /** The session that the actor's event at `timeMs` goes on with; undefined when it begins another. */
  find(tenant: string, actor: string, timeMs: number): Session | undefined {
    if (tenant !== this.#tenant) this.#begin(tenant, timeMs);
    else if (timeMs - this.#sweptMs > SESSION_PATTERN.gapMs) this.#sweep(timeMs);
    const open = this.#open.get(actor);
    if (open === undefined || !endsSession(open.lastMs, timeMs)) return open;
    this.#ended(open);
    this.#open.delete(actor);
    return undefined;
  }

  set(actor: string, session: Session): void {
    this.#open.set(actor, session);
  }

  endAll(): void {
    for (const session of this.#open.values()) this.#ended(session);
    this.#open.clear();
  }

  #begin(tenant: string, timeMs: number): void {
    this.endAll();
    this.#tenant = tenant;
    this.#sweptMs = timeMs;
  }

  #sweep(timeMs: number): void {
    this.#sweptMs = timeMs;
    for (const [actor, session] of this.#open) {
      if (!endsSession(session.lastMs, timeMs)) continue;
      this.#ended(session);
      this.#open.delete(actor);
    }
  }
}

/** Names sessions by their first event. */
export class SessionNames {
  readonly #open = new OpenSessions<{ name: string; lastMs: number }>(() => {});

  /** The session of the actor's next event. */
  next(tenant: string, actor: string, eventId: string): string {
    const timeMs = uuidV7TimeMs(eventId);
    const open = this.#open.find(tenant, actor, timeMs);
    const name = open?.name ?? eventId;
    this.#open.set(actor, { name, lastMs: timeMs });
    return name;
  }
}

interface JudgedSession {
  key: string;
  lastMs: number;
  state: SessionState;
}

/** Finds the sessions that are not a person's. */
export class AutomatedSessions {
  readonly #automated = new Set<string>();
  readonly #open = new OpenSessions<JudgedSession>(({ key, state }) => {
    if (sessionPattern.verdict(state) !== null) this.#automated.add(key);
  });

  add(tenant: string, actor: string, eventId: string): void {
    const timeMs = uuidV7TimeMs(eventId);
    const open = this.#open.find(tenant, actor, timeMs);
    const state = sessionPattern.step(open?.state ?? sessionPattern.init(), timeMs);
    this.#open.set(actor, { key: open?.key ?? sessionKey(tenant, eventId), lastMs: timeMs, state });
  }

  /** Their keys, once all rows are in. */
  close(): ReadonlySet<string> {
    this.#open.endAll();
    return this.#automated;
  }
}

/** Two tenants may have made the same id. */
export function sessionKey(tenant: string, name: string): string {
  return `${tenant}/${name}`;
}
