import { expect } from "vitest";
import { createPrng, type Engine, type Session, type Tensor } from "../../src/base/index.ts";
import { createGraph, encodeModel, type GraphBuilder, gradients, type Value } from "../../src/onnx/index.ts";

import { oracleEngine } from "../oracle/interpreter.ts";
import { TRAINING_OPERATORS } from "../oracle/training-operators.ts";

export interface Checked {
  /** Dims of each float input that is differentiated by. */
  inputs: readonly (readonly number[])[];
  /** Inputs are drawn uniformly from here; by default −1…1. */
  range?: readonly [number, number];
  build(graph: GraphBuilder, inputs: readonly Value[]): Value;
  dims: readonly number[];
}

/** Central differences with this step are exact to 1e-4 for functions as tame as ours; rounding adds as much. */
const STEP = 1e-2;
const TOLERANCE = 2e-3;

/**
 * The loss is Σ y · c with c fixed and random, so that no part of a gradient hides behind the symmetry of a plain sum. Every
 * element of every input is moved up and down by itself. The oracle must give the same loss and gradients.
 */
export async function checkGradients(engine: Engine, checked: Checked): Promise<void> {
  const graph = createGraph("checked");
  const names = checked.inputs.map((dims, index) => graph.input(`x${index}`, "float32", dims));
  const y = checked.build(graph, names);
  const weights = graph.constant(random(checked.dims, "weights", [-1, 1]));
  const loss = graph.op("ReduceSum", [graph.op("Mul", [y, weights])], { keepdims: { int: 0 } });
  const found = gradients(graph, new Map([[loss, graph.float(1)]]), names);
  graph.output("loss", loss, "float32", []);
  for (const [index, value] of found.entries()) {
    graph.output(`d${index}`, value, "float32", checked.inputs[index] as readonly number[]);
  }
  const session = await engine.load(encodeModel(graph.build()));
  const feeds = Object.fromEntries(
    checked.inputs.map((dims, index) => [`x${index}`, random(dims, `x${index}`, checked.range ?? [-1, 1])]),
  );
  const outputs = await session.run(feeds);
  const oracle = await oracleEngine(TRAINING_OPERATORS).load(encodeModel(graph.build()));
  for (const [name, expected] of Object.entries(await oracle.run(feeds))) {
    const actual = outputs[name] as Tensor;
    expect(actual.dims, name).toEqual(expected.dims);
    for (const [place, value] of expected.data.entries()) {
      expect(Number(actual.data[place]), `${name} at ${place}`).toBeCloseTo(Number(value), 4);
    }
  }
  for (const [index, dims] of checked.inputs.entries()) {
    const gradient = outputs[`d${index}`] as Tensor;
    expect(gradient.dims, `dims of the gradient by input ${index}`).toEqual(dims);
    const expected = await differences(session, feeds, `x${index}`);
    for (const [place, value] of expected.entries()) {
      const error = Math.abs(value - (gradient.data[place] as number));
      expect(error, `input ${index} at ${place}: ${gradient.data[place]} for ${value}`).toBeLessThan(
        TOLERANCE * (1 + Math.abs(value)),
      );
    }
  }
  await session.release();
}

/** dL by every element of one feed, from two runs each. */
export async function differences(
  session: Session,
  feeds: Record<string, Tensor>,
  name: string,
  step = STEP,
): Promise<number[]> {
  const tensor = feeds[name];
  if (tensor?.type !== "float32") throw new Error(`${name} is no input of floats`);
  const at = async (place: number, value: number) => {
    const data = tensor.data.slice();
    data[place] = value;
    return ((await session.run({ ...feeds, [name]: { ...tensor, data } })).loss as Tensor).data[0] as number;
  };
  const slopes: number[] = [];
  for (const [place, value] of tensor.data.entries()) {
    slopes.push(((await at(place, value + step)) - (await at(place, value - step))) / (2 * step));
  }
  return slopes;
}

export function random(
  dims: readonly number[],
  seed: string,
  [low, high]: readonly [number, number],
): Tensor & { data: Float32Array } {
  const prng = createPrng(seed);
  const size = dims.reduce((product, one) => product * one, 1);
  const data = Float32Array.from({ length: size }, () => low + (high - low) * prng.next());
  return { type: "float32", dims, data };
}
