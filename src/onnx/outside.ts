import { PbfReader, PbfWriter } from "pbf";

/** Field numbers of github.com/onnx/onnx, onnx/onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { dims: 1, type: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
const EXTERNAL = 1;

/** Smaller constants stay: shape arithmetic reads them while the graph is loaded. */
const BYTES_MIN = 4_096;

/**
 * The same model with its large constants outside: each names its place in `file`, which is `bytes` themselves, so nothing is
 * copied. An engine that parses a model holds the file, what it parsed and the tensors at once; outside constants go straight into
 * the tensors. Null when there are none.
 */
export function constantsOutside(bytes: Uint8Array, file: string): Uint8Array<ArrayBuffer> | null {
  let count = 0;
  const outside = rewritten(bytes, [0, bytes.byteLength], MODEL_GRAPH, (from, end) =>
    rewritten(bytes, [from, end], GRAPH_INITIALIZER, (start, stop) => {
      const tensor = tensorOutside(bytes, [start, stop], file);
      if (tensor !== null) count++;
      return tensor;
    }),
  );
  return count === 0 ? null : outside;
}

/** The message at from … end with each field `tag` replaced; null leaves one as it is. */
function rewritten(
  bytes: Uint8Array,
  [from, end]: readonly [number, number],
  tag: number,
  replace: (from: number, end: number) => Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const reader = new PbfReader(bytes);
  const writer = new PbfWriter();
  reader.pos = from;
  while (reader.pos < end) {
    const key = reader.readVarint();
    const at = reader.pos;
    if (key >> 3 !== tag) {
      reader.skip(key);
      writer.writeVarint(key);
      copy(writer, bytes.subarray(at, reader.pos));
      continue;
    }
    const stop = reader.readVarint() + reader.pos;
    writer.writeBytesField(tag, replace(reader.pos, stop) ?? bytes.subarray(reader.pos, stop));
    reader.pos = stop;
  }
  return writer.finish() as Uint8Array<ArrayBuffer>;
}

function copy(writer: PbfWriter, bytes: Uint8Array): void {
  writer.realloc(bytes.byteLength);
  writer.buf.set(bytes, writer.pos);
  writer.pos += bytes.byteLength;
}

/** Null for what is small, or keeps its values elsewhere than in `raw_data`. */
function tensorOutside(
  bytes: Uint8Array,
  [from, end]: readonly [number, number],
  file: string,
): Uint8Array | null {
  const reader = new PbfReader(bytes);
  const writer = new PbfWriter();
  let values: { offset: number; length: number } | null = null;
  reader.pos = from;
  while (reader.pos < end) {
    const key = reader.readVarint();
    const at = reader.pos;
    if (key >> 3 === TENSOR.rawData) {
      const length = reader.readVarint();
      values = { offset: reader.pos, length };
      reader.pos += length;
      continue;
    }
    reader.skip(key);
    writer.writeVarint(key);
    copy(writer, bytes.subarray(at, reader.pos));
  }
  if (values === null || values.length < BYTES_MIN) return null;
  const { offset, length } = values;
  for (const entry of Object.entries({ location: file, offset, length })) {
    writer.writeMessage(TENSOR.externalData, writeEntry, entry);
  }
  writer.writeVarintField(TENSOR.dataLocation, EXTERNAL);
  return writer.finish();
}

function writeEntry([key, value]: [string, string | number], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, String(value));
}
