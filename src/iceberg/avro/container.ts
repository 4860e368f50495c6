import { AvroReader, AvroWriter } from "./bytes.ts";
import { avroCodec } from "./codec.ts";
import type { AvroSchema, AvroValue } from "./schema.ts";

const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 0x01);
const SYNC_BYTES = 16;
/** Readers take a block at a time. */
const BLOCK_BYTES = 64_000;

export interface AvroFile<Row> {
  metadata: Readonly<Record<string, string>>;
  rows: Row[];
}

/**
 * An Avro object container file (Avro 1.11, "Object Container Files"), deflated. The same rows make the same bytes: the
 * marker between blocks comes from the first block's hash.
 */
export async function encodeAvroFile(
  schema: AvroSchema,
  rows: readonly AvroValue[],
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const blocks = await encodeBlocks(schema, rows);
  const seed = blocks[0]?.bytes ?? MAGIC;
  const sync = new Uint8Array(await crypto.subtle.digest("SHA-256", seed)).subarray(0, SYNC_BYTES);
  const writer = new AvroWriter();
  writer.raw(MAGIC);
  const entries = Object.entries({
    ...metadata,
    "avro.schema": JSON.stringify(schema),
    "avro.codec": "deflate",
  });
  writer.long(entries.length);
  for (const [key, value] of entries) {
    writer.string(key);
    writer.string(value);
  }
  writer.long(0);
  writer.raw(sync);
  for (const { count, bytes } of blocks) {
    writer.long(count);
    writer.bytes(bytes);
    writer.raw(sync);
  }
  return writer.take();
}

interface Block {
  count: number;
  bytes: Uint8Array<ArrayBuffer>;
}

async function encodeBlocks(schema: AvroSchema, rows: readonly AvroValue[]): Promise<Block[]> {
  const codec = avroCodec(schema);
  const blocks: Block[] = [];
  let writer = new AvroWriter();
  let count = 0;
  for (const [index, row] of rows.entries()) {
    codec.write(writer, row);
    count++;
    if (writer.length < BLOCK_BYTES && index < rows.length - 1) continue;
    blocks.push({ count, bytes: await transform(writer.take(), new CompressionStream("deflate-raw")) });
    writer = new AvroWriter();
    count = 0;
  }
  return blocks;
}

/**
 * Reads by the schema that the file carries. Throws for bytes that are no such file, or a codec other than null and deflate.
 * `take` makes of each row what is kept of it: a manifest's entries are many times as large as Avro has them.
 */
export async function decodeAvroFile<Row = AvroValue>(
  bytes: Uint8Array,
  take: (row: AvroValue) => Row = (row) => row as Row,
): Promise<AvroFile<Row>> {
  const reader = new AvroReader(bytes);
  if (!equal(reader.raw(MAGIC.byteLength), MAGIC)) throw new TypeError("not an Avro container file");
  const metadata: Record<string, string> = {};
  for (let count = reader.long(); count !== 0; count = reader.long()) {
    if (count < 0) reader.long();
    for (let i = Math.abs(count); i > 0; i--) metadata[reader.string()] = reader.string();
  }
  const codecName = metadata["avro.codec"] ?? "null";
  if (codecName !== "null" && codecName !== "deflate") throw new TypeError(`Avro codec ${codecName}`);
  const codec = avroCodec(JSON.parse(metadata["avro.schema"] ?? "null") as AvroSchema);
  const sync = reader.raw(SYNC_BYTES);
  const rows: Row[] = [];
  while (!reader.done) {
    const count = reader.long();
    const stored = reader.bytes();
    const block = codecName === "null" ? stored : await inflate(stored);
    const blockReader = new AvroReader(block);
    for (let i = 0; i < count; i++) rows.push(take(codec.read(blockReader)));
    if (!equal(reader.raw(SYNC_BYTES), sync)) throw new TypeError("Avro block without its marker");
  }
  return { metadata, rows };
}

function inflate(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return transform(bytes.slice(), new DecompressionStream("deflate-raw"));
}

async function transform(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
