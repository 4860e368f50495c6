import type { Segment } from "../../events/index.ts";
import { type Lake, type SegmentMember, USER_HISTORIES, USER_STATES } from "../../lake/index.ts";
import { boundOf, rowsOf } from "../rewrite/index.ts";
import { BLOCK_ROWS, type Blocks, Cursor, mergeOrdered, type OrderedRows } from "../sort/index.ts";
import { compareEntries, compareSubjects, type HistoryKey } from "./history-change.ts";
import { countFieldsOf, FactsGatherer, isMember, type SubjectFacts } from "./segment-judge.ts";

type Seen = HistoryKey & { type: string };

interface Person {
  tenant: string;
  subject: string;
  attributes: SubjectFacts["attributes"];
}

/** Table → the snapshot that is read of it; a table that does not exist is left out. */
export type SegmentInputs = Record<string, number>;

export async function segmentInputs(lake: Lake): Promise<SegmentInputs> {
  const inputs: SegmentInputs = {};
  for (const table of [USER_HISTORIES, USER_STATES]) {
    const snapshot = await lake.snapshot(table, {});
    if (snapshot !== null) inputs[table.name] = snapshot.id;
  }
  return inputs;
}

interface Declared {
  tenant: string;
  segments: readonly Segment[];
}

/**
 * The members of a tenant's segments at `nowMs`, by subject, then segment: histories and users, both in the order of the subject, are
 * read beside each other, and counted in `read`. A count sees at most the newest rows that a history keeps.
 */
export async function* segmentMembers(
  lake: Lake,
  {
    tenant,
    segments,
    inputs,
    nowMs,
    read,
  }: Declared & { inputs: SegmentInputs; nowMs: number; read: { rows: number } },
): AsyncGenerator<SegmentMember[]> {
  const named = segments.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const gatherer = new FactsGatherer(countFieldsOf(segments), nowMs);
  const seen = await Cursor.open(await seenOf(lake, tenant, inputs));
  const people = await Cursor.open(await peopleOf(lake, tenant, inputs));
  let block: SegmentMember[] = [];
  for (;;) {
    const subject = firstSubject(seen.row, people.row);
    if (subject === null) break;
    for (; seen.row?.subject === subject; await seen.next(), read.rows++) gatherer.add(seen.row);
    let attributes: SubjectFacts["attributes"] = {};
    for (; people.row?.subject === subject; await people.next(), read.rows++)
      attributes = people.row.attributes;
    const facts = gatherer.take(attributes);
    for (const { name, where } of named) {
      if (isMember(where, facts)) block.push({ tenant, subject, segment: name, since: nowMs });
    }
    if (block.length < BLOCK_ROWS) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

function firstSubject(seen: Seen | undefined, person: Person | undefined): string | null {
  if (seen === undefined) return person?.subject ?? null;
  if (person === undefined) return seen.subject;
  const key = { ...person, occurred_at: 0, event_id: "" };
  return compareSubjects(seen, key) <= 0 ? seen.subject : person.subject;
}

async function seenOf(
  lake: Lake,
  tenant: string,
  { [USER_HISTORIES.name]: snapshotId }: SegmentInputs,
): Promise<Blocks<Seen>> {
  if (snapshotId === undefined) return mergeOrdered<HistoryKey, Seen>([], compareEntries);
  const columns = ["tenant", "subject", "occurred_at", "event_id", "type"] as const;
  const files = (await lake.files(USER_HISTORIES, { tenant, snapshotId })).map(
    (file): OrderedRows<HistoryKey, Seen> => {
      const subject = boundOf(file, 2, "min");
      // Only rows of this tenant come, which may begin later than the file.
      const lowest = typeof subject === "string" && isOneTenant(file) ? { tenant, subject, ...FIRST } : null;
      return { lowest, open: () => rowsOf(lake.scan(USER_HISTORIES, { columns, tenant, files: [file] })) };
    },
  );
  return mergeOrdered(files, compareEntries);
}

const FIRST = { occurred_at: Number.MIN_SAFE_INTEGER, event_id: "" };

function isOneTenant(file: Parameters<typeof boundOf>[0]): boolean {
  return boundOf(file, 1, "min") === boundOf(file, 1, "max");
}

/** Users as they are now. */
async function peopleOf(
  lake: Lake,
  tenant: string,
  { [USER_STATES.name]: snapshotId }: SegmentInputs,
): Promise<Blocks<Person>> {
  const bySubject = (a: Person, b: Person) => compareSubjects({ ...a, ...FIRST }, { ...b, ...FIRST });
  if (snapshotId === undefined) return mergeOrdered<Person, Person>([], bySubject);
  const columns = ["tenant", "user_id", "attributes", "valid_from", "valid_to"] as const;
  const files = (await lake.files(USER_STATES, { tenant, snapshotId })).map(
    (file): OrderedRows<Person, Person> => {
      async function* open(): AsyncGenerator<Person[]> {
        for await (const rows of rowsOf(lake.scan(USER_STATES, { columns, tenant, files: [file] }))) {
          const current = rows.filter((row) => row.valid_to === null);
          yield current.map((row) => ({
            tenant,
            subject: `u:${row.user_id}`,
            attributes: row.attributes ?? {},
          }));
        }
      }
      return { lowest: null, open };
    },
  );
  return mergeOrdered(files, bySubject);
}
