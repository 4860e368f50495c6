import type { Tensor } from "../base/index.ts";

/** What ONNX calls an attribute: the key says its kind. */
export type Attribute =
  | { int: number }
  | { float: number }
  | { text: string }
  | { ints: readonly number[] }
  | { floats: readonly number[] }
  | { graph: Branch };

/** A graph within a node. It reads the values of the graph around it by their names and has no constants of its own. */
export interface Branch {
  name: string;
  nodes: readonly Node[];
  outputs: readonly ValueInfo[];
}

export interface Node {
  op: string;
  /** Names of values; an empty name leaves out an optional input. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

/** A graph's input or output. A dimension is a size, or the name of one that is known only when run. */
export interface ValueInfo {
  name: string;
  type: Tensor["type"];
  dims: readonly (number | string)[];
}

/** Nodes stand in an order in which they can be run. */
export interface Graph {
  name: string;
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  nodes: readonly Node[];
  /** Constants by name. */
  initializers: ReadonlyMap<string, Tensor>;
}
