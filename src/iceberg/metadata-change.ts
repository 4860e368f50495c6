import { assert } from "../base/index.ts";
import { planEvolution } from "./evolution.ts";
import type { SnapshotJson, TableMetadata } from "./metadata-json.ts";
import { fieldsOf, schemaJson } from "./schema-json.ts";
import { MAIN } from "./table.ts";
import type { Field, TableChange } from "./types.ts";

/** Metadata with the schema that `fields` ask for; itself when it has them. Throws for an evolution that is refused. */
export function withFields(metadata: TableMetadata, fields: readonly Field[]): TableMetadata {
  const current = metadata.schemas.find(({ "schema-id": id }) => id === metadata["current-schema-id"]);
  assert(current !== undefined, "metadata holds its current schema");
  const planned = planEvolution(fieldsOf(current), fields);
  if (!planned.ok) throw new TypeError(planned.error.message);
  if (planned.value.length === current.fields.length) return metadata;
  const schemaId = Math.max(...metadata.schemas.map(({ "schema-id": id }) => id)) + 1;
  return {
    ...metadata,
    schemas: [...metadata.schemas, schemaJson(schemaId, planned.value)],
    "current-schema-id": schemaId,
    "last-column-id": Math.max(metadata["last-column-id"], ...planned.value.map(({ id }) => id)),
  };
}

/** Metadata whose main branch is at a new snapshot. */
export function withSnapshot(metadata: TableMetadata, snapshot: SnapshotJson): TableMetadata {
  const id = snapshot["snapshot-id"];
  return {
    ...metadata,
    "last-sequence-number": snapshot["sequence-number"],
    "current-snapshot-id": id,
    refs: { ...metadata.refs, [MAIN]: { "snapshot-id": id, type: "branch" } },
    snapshots: [...metadata.snapshots, snapshot],
    "snapshot-log": [
      ...metadata["snapshot-log"],
      { "timestamp-ms": snapshot["timestamp-ms"], "snapshot-id": id },
    ],
  };
}

/** Metadata with tags set and dropped, snapshots forgotten and properties set. */
export function withUpkeep(metadata: TableMetadata, change: TableChange, nowMs: number): TableMetadata {
  const tagged = withTags(metadata, change, nowMs);
  const kept = withoutSnapshots(tagged, change.expire ?? []);
  if (change.properties === undefined) return kept;
  return { ...kept, properties: { ...kept.properties, ...change.properties } };
}

function withTags(
  metadata: TableMetadata,
  { tags = [], dropTags = [] }: TableChange,
  nowMs: number,
): TableMetadata {
  if (tags.length + dropTags.length === 0) return metadata;
  const refs = { ...metadata.refs };
  for (const name of dropTags) {
    assert(name !== MAIN, "the main branch is no tag");
    delete refs[name];
  }
  for (const { name, snapshotId, keepMs } of tags) {
    const snapshot = metadata.snapshots.find(({ "snapshot-id": id }) => id === snapshotId);
    assert(name !== MAIN, "the main branch is no tag");
    if (snapshot === undefined) throw new RangeError(`tag ${name}: no snapshot ${snapshotId}`);
    // The format counts a reference's age from its snapshot, a tag's keeper from now.
    const ageMs = Math.max(0, nowMs - snapshot["timestamp-ms"]) + keepMs;
    refs[name] = { "snapshot-id": snapshotId, type: "tag", "max-ref-age-ms": ageMs };
  }
  return { ...metadata, refs };
}

function withoutSnapshots(metadata: TableMetadata, expired: readonly number[]): TableMetadata {
  if (expired.length === 0) return metadata;
  const gone = new Set(expired);
  for (const [name, ref] of Object.entries(metadata.refs)) {
    assert(!gone.has(ref["snapshot-id"]), `snapshot ${ref["snapshot-id"]} is kept by ${name}`);
  }
  const log = metadata["snapshot-log"];
  // The log must be without holes: an entry that is gone takes all before it along.
  const lastGone = log.findLastIndex((entry) => gone.has(entry["snapshot-id"]));
  return {
    ...metadata,
    snapshots: metadata.snapshots.filter((snapshot) => !gone.has(snapshot["snapshot-id"])),
    "snapshot-log": log.slice(lastGone + 1),
  };
}
