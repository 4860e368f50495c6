import { discard } from "../../base/index.ts";
import { createGraph, encodeModel, type GraphBuilder, pruneGraph, type Value } from "../../onnx/index.ts";
import type { Content } from "../data/content.ts";
import type { Dataset } from "../data/dataset.ts";
import { learnerNamed } from "../learners.ts";
import { closeIndexed, isIndexable } from "../nearest/assemble-indexed.ts";
import { contentRegression } from "./content-regression.ts";
import { type ContractInputs, contractInputs, contractOutputs, standardise } from "./contract.ts";
import { contractOutputsOfLarge, moments } from "./contract-large.ts";
import { formFor, type ModelForm } from "./form.ts";
import { withContent } from "./graph-content.ts";
import { type GraphHistory, graphHistory } from "./graph-history.ts";
import { contentLikeness } from "./graph-likeness.ts";
import type { FitPorts, FittedModel, FittedPart, Parameters } from "./learner.ts";

export interface WeightedPart {
  part: FittedPart;
  weight: number;
}

export interface Assembly {
  parts: readonly WeightedPart[];
  /** Weight of an item's likeness to the history's content, in standard deviations; 0 leaves it out. */
  contentWeight: number;
}

export interface AssemblyData {
  /** What the parts were fitted on: which items have interactions. */
  dataset: Dataset;
  contentWidth: number;
  /** Of the items, in their order; its width is F. */
  content?: Content;
  /** What suits so many items where absent. */
  form?: ModelForm;
}

/** Parts → one graph of the model contract: each part standardised over the items with interactions, weighed, summed. */
export async function assembleModel(
  { parts, contentWeight }: Assembly,
  data: AssemblyData,
  ports: Pick<FitPorts, "engine" | "pace">,
): Promise<FittedModel> {
  const { content } = data;
  const [alone] = parts.length === 1 && content === undefined ? parts : [];
  const canBeIndexed = alone !== undefined && isIndexable(alone.part);
  const { graph, inputs, history, warm, isWarm } = begin("model", data);
  if (canBeIndexed && history.form === "indexed") {
    await closeIndexed(graph, inputs, { part: alone.part, history, isWarm }, ports);
    return fitted(graph, { parts, contentWeight }, data);
  }
  const isPlain = history.form === "plain";
  const scaled = parts.map(({ part, weight }) => ({
    isPersonal: part.learner !== "popularity",
    value: isPlain
      ? graph.op("Mul", [scaledScores(graph, part, history, warm), graph.float(weight)])
      : scaledScoresOfLarge(graph, { part, weight }, { history, warm, isWarm, isAlone: alone !== undefined }),
  }));
  const known = sum(
    graph,
    scaled.map(({ value }) => value),
  );
  const personal = scaled.filter(({ isPersonal }) => isPersonal).map(({ value }) => value);
  const late = inputs.lateFeatures;
  const raw =
    content === undefined
      ? withoutContent(graph, known, history)
      : withContent(
          graph,
          { known, personal: personal.length === 0 ? known : sum(graph, personal), isWarm, late },
          {
            history,
            content,
            regression: await contentRegression(content, isWarm, ports),
            likenessWeight: contentWeight,
          },
        );
  (isPlain ? contractOutputs : contractOutputsOfLarge)(graph, inputs, raw);
  return fitted(graph, { parts, contentWeight }, data);
}

function fitted(graph: GraphBuilder, assembly: Assembly, data: AssemblyData): FittedModel {
  const parts = assembly.parts.map(({ part }) => part);
  return {
    learner: parts.length === 1 ? (parts[0]?.learner ?? "") : "blend",
    parameters: flatten(assembly),
    itemCount: data.dataset.itemIds.length,
    contentWidth: data.contentWidth,
    onnx: encodeOnly(graph, parts, data.content),
  };
}

/** The same inputs; output `parts` float32 [P, B, N], each standardised; last, where content is known, the likeness to it. */
export function assembleParts(parts: readonly FittedPart[], data: AssemblyData): Uint8Array<ArrayBuffer> {
  const { content } = data;
  const { graph, inputs, history, warm } = begin("parts", data);
  const values = parts.map((part) => scaledScores(graph, part, history, warm));
  if (content !== undefined) {
    const { known } = contentLikeness(graph, inputs.lateFeatures, { history, content });
    values.push(graph.op("Mul", [standardise(graph, known, warm), warm]));
  }
  const unsqueezed = values.map((value) => graph.op("Unsqueeze", [value, graph.ints(0)]));
  graph.output("parts", graph.op("Concat", unsqueezed, { axis: { int: 0 } }), "float32", [
    "parts",
    "batch",
    "known",
  ]);
  // Inputs that no node reads would be refused as unknown by some engines.
  graph.output("k_echo", inputs.k, "int64", [1]);
  return encodeOnly(graph, parts, content);
}

/** The graph's bytes, and nothing beside them: constants that were made for it are discarded, those of its parts and content are not. */
function encodeOnly(
  graph: GraphBuilder,
  parts: readonly FittedPart[],
  content: Content | undefined,
): Uint8Array<ArrayBuffer> {
  const built = graph.build();
  const onnx = encodeModel(pruneGraph(built));
  const given = new Set(
    parts.flatMap(({ tensors }) => Object.values(tensors)).map(({ data }) => data.buffer),
  );
  if (content !== undefined) given.add(content.buckets.buffer).add(content.levels.buffer);
  const constants = [...built.initializers.values()].map(({ data }) => data);
  discard(...constants.filter(({ buffer }) => !given.has(buffer)));
  return onnx;
}

function begin(name: string, { dataset, contentWidth, form }: AssemblyData) {
  const graph = createGraph(name);
  const inputs: ContractInputs = contractInputs(graph, contentWidth);
  const itemCount = dataset.itemIds.length;
  const history = graphHistory(graph, inputs, itemCount, form ?? formFor(itemCount));
  const isWarm = new Float32Array(itemCount);
  for (let row = 0; row < dataset.items.length; row++) isWarm[dataset.items[row] as number] = 1;
  const warm = graph.constant({ type: "float32", dims: [1, itemCount], data: isWarm });
  return { graph, inputs, history, warm, isWarm };
}

/** [B, N] mean 0, variance 1 over the items with interactions, 0 for the others. */
function scaledScores(graph: GraphBuilder, part: FittedPart, history: GraphHistory, warm: Value): Value {
  const raw = learnerNamed(part.learner).scores(graph, part, history);
  const scaled = graph.op("Mul", [standardise(graph, raw, warm), warm]);
  const shape = graph.op("Concat", [history.batch, graph.ints(history.itemCount)], { axis: { int: 0 } });
  return graph.op("Expand", [scaled, shape]);
}

/**
 * Likewise and times its weight, in fewer passes: nothing is masked where all items have interactions, and what stands alone keeps its
 * scale, as all is scaled in the end.
 */
function scaledScoresOfLarge(
  graph: GraphBuilder,
  { part, weight }: WeightedPart,
  {
    history,
    warm,
    isWarm,
    isAlone,
  }: { history: GraphHistory; warm: Value; isWarm: Float32Array; isAlone: boolean },
): Value {
  const raw = learnerNamed(part.learner).scores(graph, part, history);
  const mask = isWarm.includes(0) ? warm : null;
  const { mean, factor } = moments(graph, raw, mask);
  const centred = graph.op("Sub", [raw, mean]);
  const scale = graph.op("Mul", [factor, graph.float(weight)]);
  const scaled = isAlone ? centred : graph.op("Mul", [centred, scale]);
  const masked = mask === null ? scaled : graph.op("Mul", [scaled, mask]);
  if (part.learner !== "popularity") return masked;
  const shape = graph.op("Concat", [history.batch, graph.ints(history.itemCount)], { axis: { int: 0 } });
  return graph.op("Expand", [masked, shape]);
}

function sum(graph: GraphBuilder, values: readonly Value[]): Value {
  return values.reduce((left, right) => graph.op("Add", [left, right]));
}

/** [B, N] → [B, N + M]: late items score the average. */
function withoutContent(graph: GraphBuilder, known: Value, { batch, late }: GraphHistory): Value {
  const shape = graph.op("Concat", [batch, late], { axis: { int: 0 } });
  return graph.op("Concat", [known, graph.op("Expand", [graph.float(0), shape])], { axis: { int: 1 } });
}

function flatten({ parts, contentWeight }: Assembly): Parameters {
  const flat: Record<string, number> = {};
  for (const { part, weight } of parts) {
    for (const [name, value] of Object.entries(part.parameters)) flat[`${part.learner}.${name}`] = value;
    flat[`${part.learner}.weight`] = weight;
  }
  if (contentWeight !== 0) flat["content.weight"] = contentWeight;
  return flat;
}
