import type { Graph, Node } from "./graph.ts";

/** Without the nodes and constants that no output depends on. */
export function pruneGraph({ name, inputs, outputs, nodes, initializers }: Graph): Graph {
  const needed = new Set(outputs.map((output) => output.name));
  const kept = nodes.toReversed().filter((node) => {
    const isNeeded = node.outputs.some((value) => needed.has(value));
    if (isNeeded) for (const value of valuesRead(node)) needed.add(value);
    return isNeeded;
  });
  const used = [...initializers].filter(([value]) => needed.has(value));
  return { name, inputs, outputs, nodes: kept.reverse(), initializers: new Map(used) };
}

/** Those that its branches read among them. */
function* valuesRead({ inputs, attributes }: Node): Generator<string> {
  yield* inputs;
  for (const attribute of Object.values(attributes)) {
    if (!("graph" in attribute)) continue;
    for (const inner of attribute.graph.nodes) yield* valuesRead(inner);
  }
}
