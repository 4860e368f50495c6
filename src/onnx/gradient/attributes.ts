import type { Node } from "../graph.ts";

/** An integer attribute; without a `fallback` it must be there. */
export function intOf(node: Node, name: string, fallback?: number): number {
  const attribute = node.attributes[name];
  if (attribute !== undefined && "int" in attribute) return attribute.int;
  if (fallback === undefined) throw new Error(`${node.op} has no ${name}`);
  return fallback;
}

export function intsOf(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute === undefined || !("ints" in attribute)) throw new Error(`${node.op} has no ${name}`);
  return attribute.ints;
}
