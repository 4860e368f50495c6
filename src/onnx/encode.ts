import { PbfWriter } from "pbf";
import type { Tensor } from "../base/index.ts";
import type { Attribute, Branch, Graph, Node, ValueInfo } from "./graph.ts";
import { DATA_TYPES, rawBytes } from "./tensor-bytes.ts";

/** IR 9 and opset 18 are both of 2023: any ONNX Runtime since 1.15 runs them. */
const IR_VERSION = 9;
export const OPSET = 18;

/** Fits all but the constants of the graphs we make; the writer doubles its buffer when it does not. */
const OVERHEAD_BYTES = 64_000;

/** Graph → ONNX bytes (field numbers: github.com/onnx/onnx, onnx/onnx.proto). Equal graphs give equal bytes. */
export function encodeModel(graph: Graph): Uint8Array<ArrayBuffer> {
  let constantBytes = 0;
  for (const tensor of graph.initializers.values()) constantBytes += tensor.data.byteLength;
  const pbf = new PbfWriter(new Uint8Array(constantBytes + OVERHEAD_BYTES));
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "lakeshore");
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, writeOpset, OPSET);
  // A view, not a copy: models are the largest thing a trainer holds.
  return pbf.finish() as Uint8Array<ArrayBuffer>;
}

function writeOpset(version: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, "");
  pbf.writeVarintField(2, version);
}

function writeGraph(graph: Graph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const entry of graph.initializers) pbf.writeMessage(5, writeTensor, entry);
  for (const input of graph.inputs) pbf.writeMessage(11, writeValueInfo, input);
  for (const output of graph.outputs) pbf.writeMessage(12, writeValueInfo, output);
}

function writeNode(node: Node, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(4, node.op);
  for (const entry of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, entry);
}

function writeAttribute([name, attribute]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if ("float" in attribute) {
    pbf.writeFloatField(2, attribute.float);
    pbf.writeVarintField(20, 1);
  } else if ("int" in attribute) {
    pbf.writeVarintField(3, attribute.int);
    pbf.writeVarintField(20, 2);
  } else if ("text" in attribute) {
    pbf.writeStringField(4, attribute.text);
    pbf.writeVarintField(20, 3);
  } else if ("graph" in attribute) {
    pbf.writeMessage(6, writeBranch, attribute.graph);
    pbf.writeVarintField(20, 5);
  } else if ("floats" in attribute) {
    pbf.writePackedFloat(7, [...attribute.floats]);
    pbf.writeVarintField(20, 6);
  } else {
    pbf.writePackedVarint(8, [...attribute.ints]);
    pbf.writeVarintField(20, 7);
  }
}

function writeBranch(branch: Branch, pbf: PbfWriter): void {
  writeGraph({ ...branch, inputs: [], initializers: new Map() }, pbf);
}

function writeTensor([name, tensor]: [string, Tensor], pbf: PbfWriter): void {
  pbf.writePackedVarint(1, [...tensor.dims]);
  pbf.writeVarintField(2, DATA_TYPES[tensor.type]);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, rawBytes(tensor));
}

function writeValueInfo(info: ValueInfo, pbf: PbfWriter): void {
  pbf.writeStringField(1, info.name);
  pbf.writeMessage(2, writeType, info);
}

function writeType(info: ValueInfo, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, info);
}

function writeTensorType(info: ValueInfo, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DATA_TYPES[info.type]);
  pbf.writeMessage(2, writeShape, info.dims);
}

function writeShape(dims: ValueInfo["dims"], pbf: PbfWriter): void {
  for (const dim of dims) pbf.writeMessage(1, writeDimension, dim);
}

function writeDimension(dim: number | string, pbf: PbfWriter): void {
  if (typeof dim === "number") pbf.writeVarintField(1, dim);
  else pbf.writeStringField(2, dim);
}
