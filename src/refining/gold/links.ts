import { compareCells, IDENTITY_LINKS, type IdentityLink, type Lake } from "../../lake/index.ts";
import type { UserOf } from "./history-change.ts";
import type { Step } from "./step.ts";

/** A device whose rows stand under another subject from now on. */
export interface LinkChange {
  tenant: string;
  anonymousId: string;
  /** Undefined: nobody's. */
  before: string | undefined;
  now: string | undefined;
}

export interface Links {
  before: UserOf;
  now: UserOf;
  changes: LinkChange[];
}

type Link = Pick<IdentityLink, "tenant" | "anonymous_id" | "user_id" | "linked_at" | "event_id">;

const COLUMNS = ["tenant", "anonymous_id", "user_id", "linked_at", "event_id"] as const;

/** The user of each device in two states of the links: the first link by its time holds. Memory: about 200 bytes for each device. */
export async function readLinks(
  lake: Lake,
  { from, until }: Step["inputs"][string],
  anew: boolean,
): Promise<Links> {
  const now = await firstLinks(lake, until, null);
  const userOf =
    (links: Map<string, Link>): UserOf =>
    (tenant, anonymousId) =>
      links.get(keyOf(tenant, anonymousId))?.user_id;
  if (anew || from === until) return { before: userOf(now), now: userOf(now), changes: [] };
  const candidates = await linkedSince(lake, from, until);
  const before = await firstLinks(lake, from, candidates);
  const changes = [...candidates].flatMap(([key, { tenant, anonymous_id }]): LinkChange[] => {
    const change = {
      tenant,
      anonymousId: anonymous_id,
      before: before.get(key)?.user_id,
      now: now.get(key)?.user_id,
    };
    return change.before === change.now ? [] : [change];
  });
  const userBefore: UserOf = (tenant, anonymousId) => {
    const key = keyOf(tenant, anonymousId);
    return (candidates.has(key) ? before : now).get(key)?.user_id;
  };
  return { before: userBefore, now: userOf(now), changes };
}

/** No tenant's name has a space. */
function keyOf(tenant: string, anonymousId: string): string {
  return `${tenant} ${anonymousId}`;
}

/** `only`: leaves all other devices out. */
async function firstLinks(
  lake: Lake,
  snapshotId: number | null,
  only: ReadonlyMap<string, unknown> | null,
): Promise<Map<string, Link>> {
  const first = new Map<string, Link>();
  if (snapshotId === null) return first;
  for await (const link of linksOf(lake, { snapshotId })) {
    const key = keyOf(link.tenant, link.anonymous_id);
    if (only !== null && !only.has(key)) continue;
    const known = first.get(key);
    if (known === undefined || isEarlier(link, known)) first.set(key, link);
  }
  return first;
}

function isEarlier(a: Link, b: Link): boolean {
  return (
    a.linked_at < b.linked_at || (a.linked_at === b.linked_at && compareCells(a.event_id, b.event_id) < 0)
  );
}

/** Devices with a link in a file that is not in both states: others have the links that they had. */
async function linkedSince(
  lake: Lake,
  from: number | null,
  until: number | null,
): Promise<Map<string, Link>> {
  const [before = [], after = []] = await Promise.all(
    [from, until].map((id) => (id === null ? [] : lake.files(IDENTITY_LINKS, { snapshotId: id }))),
  );
  const counts = new Map<string, number>();
  for (const { path } of [...before, ...after]) counts.set(path, (counts.get(path) ?? 0) + 1);
  const files = [...before, ...after].filter(({ path }) => counts.get(path) === 1);
  const devices = new Map<string, Link>();
  for await (const link of linksOf(lake, { files })) devices.set(keyOf(link.tenant, link.anonymous_id), link);
  return devices;
}

async function* linksOf(
  lake: Lake,
  source: { snapshotId: number } | { files: Awaited<ReturnType<Lake["files"]>> },
): AsyncGenerator<Link> {
  for await (const { rows, columns } of lake.scan(IDENTITY_LINKS, { columns: COLUMNS, ...source })) {
    for (let row = 0; row < rows; row++) {
      yield {
        tenant: columns.tenant[row] as string,
        anonymous_id: columns.anonymous_id[row] as string,
        user_id: columns.user_id[row] as string,
        linked_at: columns.linked_at[row] as number,
        event_id: columns.event_id[row] as string,
      };
    }
  }
}
