import { PbfReader } from "pbf";
import type { Tensor } from "../../src/base/index.ts";
import type { Attribute, Graph, Node, ValueInfo } from "../../src/onnx/index.ts";
import { DATA_TYPES } from "../../src/onnx/tensor-bytes.ts";

const TYPES = new Map(Object.entries(DATA_TYPES).map(([type, code]) => [code, type as Tensor["type"]]));

/** ONNX bytes → graph. Reads what `encodeModel` writes; throws on tensors stored otherwise. */
export function decodeModel(bytes: Uint8Array): Graph {
  let graph: Graph | null = null;
  readEach(new PbfReader(bytes), (field, pbf) => {
    if (field === 7) graph = readGraph(pbf);
  });
  if (graph === null) throw new Error("these bytes hold no ONNX graph");
  return graph;
}

function readGraph(pbf: PbfReader): Graph {
  let name = "";
  const nodes: Node[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const initializers = new Map<string, Tensor>();
  readNested(pbf, (field) => {
    if (field === 1) nodes.push(readNode(pbf));
    else if (field === 2) name = pbf.readString();
    else if (field === 5) initializers.set(...readTensor(pbf));
    else if (field === 11) inputs.push(readValueInfo(pbf));
    else if (field === 12) outputs.push(readValueInfo(pbf));
  });
  return { name, inputs, outputs, nodes, initializers };
}

function readNode(pbf: PbfReader): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, Attribute> = {};
  let op = "";
  readNested(pbf, (field) => {
    if (field === 1) inputs.push(pbf.readString());
    else if (field === 2) outputs.push(pbf.readString());
    else if (field === 4) op = pbf.readString();
    else if (field === 5) {
      const [name, attribute] = readAttribute(pbf);
      attributes[name] = attribute;
    }
  });
  return { op, inputs, outputs, attributes };
}

function readAttribute(pbf: PbfReader): [string, Attribute] {
  let name = "";
  let attribute: Attribute = { ints: [] };
  readNested(pbf, (field) => {
    if (field === 1) name = pbf.readString();
    else if (field === 2) attribute = { float: pbf.readFloat() };
    else if (field === 3) attribute = { int: pbf.readVarint(true) };
    else if (field === 4) attribute = { text: pbf.readString() };
    else if (field === 6) {
      const { name: branch, nodes, outputs } = readGraph(pbf);
      attribute = { graph: { name: branch, nodes, outputs } };
    } else if (field === 7) attribute = { floats: pbf.readPackedFloat() };
    else if (field === 8) attribute = { ints: pbf.readPackedVarint([], true) };
  });
  return [name, attribute];
}

function readTensor(pbf: PbfReader): [string, Tensor] {
  let name = "";
  let dims: number[] = [];
  let code = 0;
  let raw: Uint8Array = new Uint8Array();
  readNested(pbf, (field) => {
    if (field === 1) dims = pbf.readPackedVarint(dims);
    else if (field === 2) code = pbf.readVarint();
    else if (field === 8) name = pbf.readString();
    else if (field === 9) raw = pbf.readBytes();
    else throw new Error(`tensor ${name} keeps its values in field ${field}, not in raw_data`);
  });
  return [name, tensorOfBytes(typeOfCode(code), dims, raw)];
}

function readValueInfo(pbf: PbfReader): ValueInfo {
  let name = "";
  let code = 0;
  const dims: (number | string)[] = [];
  const readDimension = (field: number) => {
    if (field === 1) dims.push(pbf.readVarint());
    else if (field === 2) dims.push(pbf.readString());
  };
  const readShape = (field: number) => {
    if (field === 1) readNested(pbf, readDimension);
  };
  const readTensorType = (field: number) => {
    if (field === 1) code = pbf.readVarint();
    else if (field === 2) readNested(pbf, readShape);
  };
  readNested(pbf, (field) => {
    if (field === 1) name = pbf.readString();
    else if (field === 2) readNested(pbf, (inner) => inner === 1 && readNested(pbf, readTensorType));
  });
  return { name, type: typeOfCode(code), dims };
}

/** Calls `read` for each field of the message at the reader's place; what it leaves unread is skipped. */
function readNested(pbf: PbfReader, read: (field: number) => unknown): void {
  pbf.readMessage((field) => read(field), null);
}

function readEach(pbf: PbfReader, read: (field: number, pbf: PbfReader) => void): void {
  pbf.readFields((field) => read(field, pbf), null);
}

function typeOfCode(code: number): Tensor["type"] {
  const type = TYPES.get(code);
  if (type === undefined) throw new Error(`ONNX tensor type ${code} is none of ours`);
  return type;
}

/** Copies, so that the tensor is aligned whatever its place in the file. */
function tensorOfBytes(type: Tensor["type"], dims: readonly number[], bytes: Uint8Array): Tensor {
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case "float32":
      return { type, dims, data: new Float32Array(buffer) };
    case "int64":
      return { type, dims, data: new BigInt64Array(buffer) };
    case "int32":
      return { type, dims, data: new Int32Array(buffer) };
    case "uint16":
      return { type, dims, data: new Uint16Array(buffer) };
    case "int8":
      return { type, dims, data: new Int8Array(buffer) };
    case "uint8":
    case "bool":
      return { type, dims, data: new Uint8Array(buffer) };
  }
}
