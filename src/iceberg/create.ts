import { assert, sha256Hex } from "../base/index.ts";
import { uriOf } from "./layout.ts";
import { loadTable } from "./load.ts";
import type { TableMetadata } from "./metadata-json.ts";
import { publishVersion } from "./publish.ts";
import { partitionJson, partitionTypes, schemaJson, sortOrderJson } from "./schema-json.ts";
import type { IcebergTable, TableDefinition, Warehouse } from "./types.ts";

/** Metadata files that the log names and expiry keeps. */
export const METADATA_FILES_MAX = 100;
/** Ids of partition fields begin here. */
const PARTITION_FIELD_ID_MIN = 1_000;

/** Makes an empty table, or loads the one that is there: whoever creates version 1 first has made it. */
export async function createTable(
  warehouse: Warehouse,
  definition: TableDefinition,
  { nowMs }: { nowMs: number },
): Promise<IcebergTable> {
  checkDefinition(definition);
  const metadata = await firstMetadata(warehouse, definition, nowMs);
  const created = await publishVersion(warehouse, { prefix: definition.prefix, base: null }, metadata);
  if (created !== null) return created;
  const winner = await loadTable(warehouse, definition.prefix);
  assert(winner !== null, `${definition.prefix} has a version, as it refused another first one`);
  return winner;
}

function checkDefinition({ prefix, fields, partition, sort }: TableDefinition): void {
  const unique = (values: readonly unknown[]) => new Set(values).size === values.length;
  assert(unique(fields.map(({ id }) => id)), `${prefix}: field ids are unique`);
  assert(unique(fields.map(({ name }) => name)), `${prefix}: names are unique`);
  assert(
    partition.every(({ fieldId, name }) => fieldId >= PARTITION_FIELD_ID_MIN && /^[A-Za-z_]\w*$/.test(name)),
    `${prefix}: partition fields have ids from ${PARTITION_FIELD_ID_MIN} and names that Avro takes`,
  );
  assert(
    sort.every((id) => fields.some((field) => field.id === id)),
    `${prefix}: sorted by columns that it has`,
  );
  partitionTypes(fields, partition);
}

async function firstMetadata(
  warehouse: Warehouse,
  { prefix, fields, partition, sort, properties }: TableDefinition,
  nowMs: number,
): Promise<TableMetadata> {
  const location = uriOf(warehouse, prefix);
  const order = sortOrderJson(sort);
  return {
    "format-version": 2,
    "table-uuid": uuidFrom(await sha256Hex(`${location}@${nowMs}`)),
    location,
    "last-sequence-number": 0,
    "last-updated-ms": nowMs,
    "last-column-id": Math.max(0, ...fields.map(({ id }) => id)),
    schemas: [schemaJson(0, fields)],
    "current-schema-id": 0,
    "partition-specs": [{ "spec-id": 0, fields: partitionJson(partition) }],
    "default-spec-id": 0,
    "last-partition-id": Math.max(PARTITION_FIELD_ID_MIN - 1, ...partition.map(({ fieldId }) => fieldId)),
    "sort-orders": [order],
    "default-sort-order-id": order["order-id"],
    properties: { "write.metadata.previous-versions-max": String(METADATA_FILES_MAX), ...properties },
    "current-snapshot-id": -1,
    refs: {},
    snapshots: [],
    "snapshot-log": [],
    "metadata-log": [],
  };
}

/** RFC 9562, version 8: our own bits, so that a run can be replayed. */
function uuidFrom(hex: string): string {
  const variant = ((Number.parseInt(hex[16] ?? "0", 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
