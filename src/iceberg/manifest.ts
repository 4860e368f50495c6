import { type AvroValue, decodeAvroFile, encodeAvroFile } from "./avro/index.ts";
import { type AvroObject, dataFileFromAvro, dataFileToAvro } from "./data-file.ts";
import type { Layout } from "./layout.ts";
import { manifestEntrySchema } from "./manifest-schema.ts";
import { partitionJson } from "./schema-json.ts";
import type { DataFile, Warehouse } from "./types.ts";

/** In the format: 0 existing, 1 added, 2 deleted. */
export type EntryStatus = "existing" | "added" | "deleted";
const STATUSES: readonly EntryStatus[] = ["existing", "added", "deleted"];

/** A file of a table, and what its snapshot did with it. */
export interface ManifestEntry {
  status: EntryStatus;
  /** That added the file, or deleted it. */
  snapshotId: number;
  /** Null in an added entry: its commit's, which the manifest list knows. */
  sequenceNumber: number | null;
  fileSequenceNumber: number | null;
  file: DataFile;
}

export function encodeManifest(
  warehouse: Warehouse,
  layout: Layout,
  entries: readonly ManifestEntry[],
): Promise<Uint8Array<ArrayBuffer>> {
  const rows: AvroValue[] = entries.map((entry) => ({
    status: STATUSES.indexOf(entry.status),
    snapshot_id: entry.snapshotId,
    sequence_number: entry.sequenceNumber,
    file_sequence_number: entry.fileSequenceNumber,
    data_file: dataFileToAvro(warehouse, layout, entry.file),
  }));
  return encodeAvroFile(manifestEntrySchema(layout.partition, layout.partitionTypes), rows, {
    schema: JSON.stringify(layout.schema),
    "schema-id": String(layout.schema["schema-id"]),
    "partition-spec": JSON.stringify(partitionJson(layout.partition)),
    "partition-spec-id": String(layout.specId),
    "format-version": "2",
    content: "data",
  });
}

/** Entries as they stand: what they inherit is filled in by who knows the manifest list. */
export async function decodeManifest(
  warehouse: Warehouse,
  layout: Layout,
  bytes: Uint8Array,
): Promise<ManifestEntry[]> {
  const { rows } = await decodeAvroFile(bytes, (value): ManifestEntry => {
    const row = value as AvroObject;
    const status = STATUSES[row.status as number];
    if (status === undefined) throw new TypeError(`manifest entry has status ${row.status}`);
    return {
      status,
      snapshotId: row.snapshot_id as number,
      sequenceNumber: row.sequence_number as number | null,
      fileSequenceNumber: row.file_sequence_number as number | null,
      file: dataFileFromAvro(warehouse, layout, row.data_file as AvroObject),
    };
  });
  return rows;
}
