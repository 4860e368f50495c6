import type { KeyKind } from "../events/index.ts";
import { anonymousSubject, type StoredVisitor, userSubject } from "../features/index.ts";
import type { VisitorFacts } from "../rules/index.ts";
import { type Timely, within } from "./deadline.ts";
import type { Problem } from "./degraded.ts";
import {
  type History,
  historyOfItems,
  historyOfProfile,
  joinHistories,
  NO_HISTORY,
  newestOfEach,
} from "./history.ts";
import { PROFILE_SHARE, RECENT_ALONE_MIN } from "./limits.ts";
import type { ServingMemory } from "./memory.ts";
import type { ServingPorts } from "./ports.ts";
import { readConfig } from "./tenant-config.ts";
import type { Timeline } from "./timeline.ts";
import { readUserToken } from "./user-token.ts";

/** Who asks, by what the request says. */
export interface Visitor {
  keyKind: KeyKind;
  userId?: string;
  anonymousId?: string;
  userToken?: string;
  /** What the device remembers, oldest first. */
  recent: readonly string[];
}

/** What is known of a visitor after the round of reads. */
export interface KnownVisitor {
  history: History;
  /** Whose history and last list they are; null for a nameless visitor. */
  subject: string | null;
  /** What rules may ask of the visitor; null where it was not read. */
  facts: StoredFacts | null;
  /** When the oldest interaction of the history occurred that the store told of; absent: it told of none. */
  storedSinceMs?: number;
  problems: Problem[];
  /** Why `facts` could not be read; a problem only where rules ask for them. */
  factsProblem: Problem | null;
  /** The request named a user that it may not speak for. */
  userIgnored: boolean;
  /** It names a user for whom neither a token nor a secret key vouches, as the tenant lets anybody. */
  unvouched: boolean;
}

export type StoredFacts = Pick<VisitorFacts, "attributes" | "segments" | "shown" | "interactions" | "bought">;

/**
 * Reads the visitor in one round. The device's own copy of the history, `recent`, spares the profile, unless the visitor is a
 * named user whose device remembers little yet: then a first click on a new device must not outweigh all that is known; or rules ask
 * for what only the store knows. Whether a browser may
 * speak for a user is known at once from a token or a remembered configuration; else the configuration is read beside the
 * profile of either outcome, and the wrong one is dropped unseen. An unknown configuration counts as the strict one.
 */
export async function readVisitor(
  { tenant, visitor, facts }: { tenant: string; visitor: Visitor; facts: boolean },
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<KnownVisitor> {
  const trust = await trustByRequest(tenant, visitor, ports, context.memory);
  const { anonymousId, userId } = visitor;
  const anonymous = anonymousId === undefined ? [] : [anonymousSubject(anonymousId)];
  const named = userId === undefined ? anonymous : [userSubject(userId), ...anonymous];
  const isNewDevice = userId !== undefined && visitor.recent.length < RECENT_ALONE_MIN;
  const needsHistory = (subjects: string[]) =>
    visitor.recent.length === 0 || (isNewDevice && subjects === named);
  const read = (subjects: string[], wanted: boolean, user: { userId?: string }) =>
    wanted && subjects.length > 0 && (facts || needsHistory(subjects))
      ? readProfile({ tenant, subjects, ...user }, facts, ports, context.timeline)
      : null;

  const [config, namedProfile, anonymousProfile] = await Promise.all([
    trust === "asks_config"
      ? context.timeline.measure(
          "config",
          readConfig(tenant, context.timeline.configMs, ports, context.memory),
        )
      : null,
    read(named, trust !== "ignored", userId === undefined ? {} : { userId }),
    userId === undefined ? null : read(anonymous, trust === "ignored" || trust === "asks_config", {}),
  ]);

  const problems: Problem[] = [];
  if (config !== null && config.status !== "ok") {
    problems.push({ reason: "config_late", detail: "the tenant's configuration could not be read in time" });
  }
  const isFree = config?.status === "ok" && config.value !== null && !config.value.requireUserToken;
  const trusted = trust === "vouched" || trust === "taken_at_word" || isFree;
  const subjects = trusted ? named : anonymous;
  const profile = trusted ? namedProfile : anonymousProfile;
  const missing = profile !== null && profile.status !== "ok" ? profileProblem(profile) : null;
  if (missing !== null && needsHistory(subjects)) problems.push(missing);
  const stored = profile?.status === "ok" ? profile.value : null;
  const past = needsHistory(subjects) ? historyOfProfile(stored?.profile ?? null) : NO_HISTORY;
  const oldest = past.entries[0];
  return {
    ...(oldest === undefined ? {} : { storedSinceMs: oldest.occurredAtMs }),
    history: joinHistories(past, historyOfItems(visitor.recent, ports.now())),
    subject: subjects[0] ?? null,
    facts: stored === null ? null : factsOf(stored, visitor),
    problems,
    factsProblem: needsHistory(subjects) ? null : missing,
    userIgnored: !trusted,
    unvouched: trusted && trust !== "vouched",
  };
}

async function trustByRequest(
  tenant: string,
  { keyKind, userId, userToken }: Visitor,
  { signer, now }: ServingPorts,
  memory: ServingMemory,
): Promise<"vouched" | "taken_at_word" | "ignored" | "asks_config"> {
  if (userId === undefined || keyKind === "secret") return "vouched";
  if (userToken !== undefined) {
    const vouched = await readUserToken(tenant, userToken, { signer, nowMs: now() });
    if (vouched === userId) return "vouched";
  }
  const config = memory.configs.get(tenant, now());
  if (config === undefined) return "asks_config";
  return config.requireUserToken ? "ignored" : "taken_at_word";
}

function readProfile(
  visitor: { tenant: string; userId?: string; subjects: string[] },
  facts: boolean,
  { profiles, timer }: ServingPorts,
  timeline: Timeline,
): Promise<Timely<StoredVisitor>> {
  const { tenant, subjects } = visitor;
  const read = facts
    ? profiles.readFacts(visitor)
    : profiles.read(tenant, subjects).then((profile) => ({ profile, segments: [], attributes: {} }));
  return timeline.measure("profile", within(read, timeline.limitMs(PROFILE_SHARE), timer));
}

/** Of a visitor without `recent` the history is the stored one, and says it all. */
function factsOf({ profile, segments, attributes }: StoredVisitor, { recent }: Visitor): StoredFacts {
  return {
    ...(recent.length === 0 ? {} : { interactions: newestOfEach(profile) }),
    segments,
    attributes: attributes as NonNullable<VisitorFacts["attributes"]>,
    shown: profile?.shown ?? [],
    bought: profile?.bought.map(({ itemId, atMs }) => ({ itemId, occurredAtMs: atMs })) ?? [],
  };
}

function profileProblem(profile: { status: "late" } | { status: "error" }): Problem {
  return profile.status === "late"
    ? { reason: "profile_late", detail: "the profile was not read in time" }
    : { reason: "profile_error", detail: "the profile could not be read" };
}
