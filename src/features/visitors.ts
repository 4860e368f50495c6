import { type StoredEvent, uuidV7TimeMs } from "../events/index.ts";
import { EMPTY_ACTIVITY, foldDay, sessionEntry, type Turn } from "./activity.ts";
import { countedItems } from "./counting.ts";
import { JsonList } from "./json-list.ts";
import { anonymousSubject, userSubject } from "./profile.ts";
import { isOfPerson, type ProfileLines, profileLines } from "./profile-lines.ts";
import { idDay, sessionActor } from "./session-pattern.ts";
import { addShown, joinShown } from "./shown.ts";
import { NO_VISITOR, type VisitorRow, VisitorState } from "./visitor-row.ts";

/** When the user of an actor was last deleted, by `<tenant>/<actor>`. */
export type ActorDeletions = ReadonlyMap<string, number>;

/** The rows that a batch of events meets, while it is folded in. */
export class Visitors {
  /** What begins or ceases to count with what is folded in. */
  readonly turns: (Turn & { tenant: string })[] = [];
  readonly #deletedAtMs: ActorDeletions;
  readonly #nowMs: number;
  readonly #states = new Map<string, { tenant: string; subject: string; state: VisitorState }>();
  /** `<tenant>/<anonymous_id>` → user. */
  readonly #links = new Map<string, string>();

  constructor(deletedAtMs: ActorDeletions, nowMs: number) {
    this.#deletedAtMs = deletedAtMs;
    this.#nowMs = nowMs;
  }

  put(tenant: string, subject: string, row: VisitorRow): void {
    this.#states.set(`${tenant}/${subject}`, { tenant, subject, state: new VisitorState(row) });
  }

  /** A row that was asked for by a link too is the same. */
  putLinked(tenant: string, subject: string, row: VisitorRow): void {
    if (!this.#states.has(`${tenant}/${subject}`)) this.put(tenant, subject, row);
  }

  link(tenant: string, anonymousId: string, userId: string): void {
    this.#links.set(`${tenant}/${anonymousId}`, userId);
  }

  userOf(tenant: string, anonymousId: string): string | undefined {
    return this.#links.get(`${tenant}/${anonymousId}`);
  }

  /** For a link that goes; `name`: `<tenant>/<anonymous_id>`. */
  unlink(name: string): void {
    this.#links.delete(name);
  }

  of(tenant: string, subject: string): VisitorState {
    const name = `${tenant}/${subject}`;
    if (!this.#states.has(name)) this.put(tenant, subject, NO_VISITOR);
    return (this.#states.get(name) as { state: VisitorState }).state;
  }

  /** `fresh`: none of them is in the rows yet. Links come before the profiles that they redirect. */
  fold(fresh: readonly StoredEvent[]): void {
    const events = fresh.filter(isOfPerson);
    this.#foldSessions(events);
    const identifies = events.filter(({ type }) => type === "identify");
    // The first link of a device stands; within one batch the earliest.
    for (const { tenant, anonymous_id, user_id } of identifies.toSorted(byOccurrence)) {
      if (anonymous_id === undefined || user_id === undefined) continue;
      if (this.userOf(tenant, anonymous_id) === undefined) this.link(tenant, anonymous_id, user_id);
    }
    for (const event of identifies) this.#foldDevice(event);
    for (const event of identifies) this.#emptyDevice(event);
    for (const event of events) if (event.type !== "identify") this.#addToProfile(event);
  }

  /** The device's profile becomes its user's, unless the user was deleted since the link was received. */
  #foldDevice({ tenant, anonymous_id: anonymousId, received_at }: StoredEvent): void {
    const userId = anonymousId === undefined ? undefined : this.userOf(tenant, anonymousId);
    if (anonymousId === undefined || userId === undefined) return;
    const subject = userSubject(userId);
    if (this.#isGone(tenant, subject, received_at)) return;
    const device = this.of(tenant, anonymousSubject(anonymousId));
    if (device.history.size + device.bought.size + device.shown.length === 0) return;
    const user = this.of(tenant, subject);
    for (const line of device.history) user.history.add(line);
    for (const line of device.bought) user.bought.add(line);
    user.shown = joinShown(user.shown, device.shown, this.#nowMs);
    user.receivedAt(device.updatedAtMs);
    device.emptyProfile();
  }

  /**
   * Once folded, the device's own profile is gone and never comes back: the link redirects all that follows. The row is written even
   * where there was nothing, so that a consumer that has not seen the link finds another version than it read.
   */
  #emptyDevice({ tenant, anonymous_id: anonymousId }: StoredEvent): void {
    if (anonymousId !== undefined) this.of(tenant, anonymousSubject(anonymousId)).emptyProfile();
  }

  /** What was received before its user was deleted, and is applied after it, stays away. */
  #addToProfile(event: StoredEvent): void {
    const lines = profileLines(event);
    const subject = this.subjectOf(event);
    if (lines === null || subject === null) return;
    this.#add(event, lines, subject);
  }

  #add(event: StoredEvent, { entry, shown }: ProfileLines, subject: string): void {
    const isUser = subject.startsWith("u:");
    if (isUser && this.#isGone(event.tenant, subject, event.received_at)) return;
    const visitor = this.of(event.tenant, subject);
    if (entry !== null) visitor.history.add(entry);
    if (entry !== null && event.type === "purchase") visitor.bought.add(entry);
    this.#show(visitor, { event, itemIds: shown, sign: 1 });
    visitor.receivedAt(event.received_at);
  }

  /** Takes an event out of one profile and puts it into another, or the same; without `withShown` what it has shown stays where it is. */
  move(event: StoredEvent, { from, to, withShown }: { from: string; to: string; withShown: boolean }): void {
    const lines = profileLines(event);
    if (lines === null) return;
    const visitor = this.of(event.tenant, from);
    if (lines.entry !== null) {
      visitor.history.delete(lines.entry);
      visitor.bought.delete(lines.entry);
    }
    if (withShown) this.#show(visitor, { event, itemIds: lines.shown, sign: -1 });
    visitor.touched = true;
    this.#add(event, withShown ? lines : { ...lines, shown: [] }, to);
  }

  #show(
    visitor: VisitorState,
    { event, itemIds, sign }: { event: StoredEvent; itemIds: readonly string[]; sign: 1 | -1 },
  ): void {
    if (itemIds.length === 0) return;
    const shown = itemIds.map((itemId) => ({ itemId, atMs: event.occurred_at, sign }));
    visitor.shown = addShown(visitor.shown, shown, this.#nowMs);
  }

  /** Whose profile an event belongs to, as the links are. */
  subjectOf({ tenant, user_id: userId, anonymous_id: anonymousId }: StoredEvent): string | null {
    if (userId !== undefined) return userSubject(userId);
    if (anonymousId === undefined) return null;
    const linked = this.userOf(tenant, anonymousId);
    return linked === undefined ? anonymousSubject(anonymousId) : userSubject(linked);
  }

  #isGone(tenant: string, subject: string, receivedAtMs: number): boolean {
    return (this.#deletedAtMs.get(`${tenant}/${subject}`) ?? Number.NEGATIVE_INFINITY) >= receivedAtMs;
  }

  #foldSessions(events: readonly StoredEvent[]): void {
    const groups = Map.groupBy(events, (event) => {
      const actor = sessionActor(event);
      return actor === null ? "" : `${idDay(uuidV7TimeMs(event.event_id))}/${event.tenant}/${actor}`;
    });
    for (const [name, group] of groups) {
      const [first] = group;
      const actor = first === undefined ? null : sessionActor(first);
      if (first === undefined || actor === null) continue;
      const { tenant } = first;
      const visitor = this.of(tenant, actor);
      const day = Number(name.slice(0, name.indexOf("/")));
      const entries = group.map((event) => sessionEntry(event, countedItems(event)));
      const before = visitor.days.get(day) ?? EMPTY_ACTIVITY;
      const folded = foldDay(before, { entries, events: group }, this.#deletedAtMs.get(`${tenant}/${actor}`));
      for (const turn of folded.turns) this.turns.push({ ...turn, tenant });
      if (folded.after === null) continue;
      visitor.days.set(day, folded.after);
      visitor.touched = true;
    }
  }

  /** Rows to write, as documents to bind to `WRITE_VISITORS`. */
  documents(): string[] {
    const list = new JsonList();
    for (const { tenant, subject, state } of this.#states.values())
      if (state.touched) list.add(state.text(tenant, subject, this.#nowMs));
    return list.documents();
  }
}

function byOccurrence(a: StoredEvent, b: StoredEvent): number {
  return a.occurred_at - b.occurred_at || (a.event_id < b.event_id ? -1 : 1);
}
