import type { Engine } from "../../base/index.ts";
import { compareLists, listNdcg } from "../../learn/index.ts";
import type { Metric } from "../../registry/index.ts";
import type { MomentList } from "./lists.ts";

const K = 10;
/** Fewer tell nothing. */
const LISTS_MIN = 200;

/** Figures of one kind of lists as they come. */
class Tally {
  readonly ranker: number[] = [];
  readonly retrieval: number[] = [];
  readonly users: number[] = [];

  compare(seed: number): Metric {
    const figures = { ranker: Float64Array.from(this.ranker), retrieval: Float64Array.from(this.retrieval) };
    return compareLists(figures, Uint32Array.from(this.users), seed);
  }
}

/** `features` [rows, F] → scores [rows]. */
type Run = (features: Float32Array, rows: number) => Promise<ArrayLike<number>>;

/**
 * Both orders of newer lists by the exported file: of what retrieval finds (what serving does), and within what was shown.
 * NDCG@10 of what was taken, however much it was wanted.
 */
export class RankerJudge {
  readonly #found = new Tally();
  readonly #shown = new Tally();
  readonly #run: Run;
  readonly #featureCount: number;

  private constructor(run: Run, featureCount: number) {
    this.#run = run;
    this.#featureCount = featureCount;
  }

  /** Call `close` when done. */
  static async open(
    engine: Engine,
    onnx: Uint8Array,
    featureCount: number,
  ): Promise<{ judge: RankerJudge; close(): Promise<void> }> {
    const session = await engine.load(onnx);
    const run = async (data: Float32Array, rows: number) => {
      const { scores } = await session.run({
        features: { type: "float32", dims: [rows, featureCount], data },
      });
      return scores?.data as Float32Array;
    };
    return { judge: new RankerJudge(run, featureCount), close: () => session.release() };
  }

  get lists(): number {
    return this.#found.users.length + this.#shown.users.length;
  }

  async add(list: MomentList): Promise<void> {
    const rows = list.candidates.length;
    const tally = list.positions.some((place) => place >= 0) ? this.#shown : this.#found;
    const features = new Float32Array(rows * this.#featureCount);
    list.write(list.candidates, { matrix: features, offset: 0 });
    const taken = { listStart: Uint32Array.of(0, rows), gains: list.gains.map((gain) => (gain > 0 ? 1 : 0)) };
    const options = { k: K, missed: list.missed.map(() => 1) };
    const own = list.candidates.map(({ score }) => score);
    tally.ranker.push(listNdcg(taken, await this.#run(features, rows), options)[0] as number);
    tally.retrieval.push(listNdcg(taken, own, options)[0] as number);
    tally.users.push(list.user);
  }

  /** Attached only where it is better beyond doubt on both kinds of lists, as far as there are enough of them. */
  verdict(seed: number): { attached: boolean; reason: string; metrics: Record<string, Metric> } {
    const metrics: Record<string, Metric> = {};
    const told: string[] = [];
    let attached = true;
    for (const [name, tally] of [
      ["candidates", this.#found],
      ["shown", this.#shown],
    ] as const) {
      const count = tally.users.length;
      if (count < LISTS_MIN) {
        told.push(`only ${count} lists of ${name}, ${LISTS_MIN} are needed to tell`);
        if (name === "candidates") attached = false;
        continue;
      }
      const metric = tally.compare(seed);
      metrics[`${name}.ndcg@${K}`] = metric;
      if (!(metric.difference.low > 0)) attached = false;
      told.push(`${name}: ${figures(metric)} on ${count} lists`);
    }
    const verdict = attached
      ? "better than retrieval's order"
      : "not better than retrieval's order beyond doubt";
    return { attached, reason: `${verdict}; ${told.join("; ")}`, metrics };
  }
}

function figures({ model, popularity, difference }: Metric): string {
  const [a, b, low, high] = [model.value, popularity.value, difference.low, difference.high].map((value) =>
    value.toFixed(4),
  );
  return `ndcg@${K} ${a} against ${b}, difference [${low}, ${high}]`;
}
