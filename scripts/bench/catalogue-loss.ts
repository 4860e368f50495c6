import { createPrng, type Engine, type Session } from "../../src/base/index.ts";
import { catalogueFeeds } from "./catalogue-feeds.ts";

export interface ListLoss {
  /** Of the float graph's best 100, how many are among these 100. */
  "recall@100": number;
  /** Share of NDCG@10 that is lost on targets drawn from the float graph's own lists, which can only speak for that one. */
  ndcgLoss: number;
}

const K = 100;
const CUT = 10;
/** A target is the first of the list with this probability, else the second with this probability, and so on. */
const TAKEN = 0.1;
/** Seeds of histories that no measured request has. */
const FIRST_SEED = 1_000_000;

/** Lists of the same histories by two graphs of the same items. */
export async function compareLists(
  engine: Engine,
  {
    exact,
    onnx,
    items,
    compared,
    seed,
  }: {
    exact: Uint8Array;
    onnx: Uint8Array;
    items: number;
    compared: number;
    seed: number;
  },
): Promise<ListLoss> {
  const bias = new Float32Array(items);
  const lists = async (model: Uint8Array) => {
    const session = await engine.load(model);
    const rows = [];
    for (let row = 0; row < compared; row++) rows.push(await listOf(session, bias, FIRST_SEED + row));
    await session.release();
    return rows;
  };
  const wanted = await lists(exact);
  const given = await lists(onnx);
  const prng = createPrng(seed).fork("targets");
  let found = 0;
  const gains = { exact: 0, other: 0 };
  for (const [row, list] of wanted.entries()) {
    const other = given[row] as number[];
    const known = new Set(list);
    found += other.filter((item) => known.has(item)).length;
    for (let draw = 0; draw < K; draw++) {
      const rank = Math.floor(Math.log(1 - prng.next()) / Math.log(1 - TAKEN));
      const target = list[rank];
      gains.exact += gain(rank);
      gains.other += target === undefined ? gain(rank) : gain(other.indexOf(target));
    }
  }
  const share = (value: number) => Math.round(value * 1e5) / 1e5;
  return {
    "recall@100": share(found / (compared * Math.min(K, items))),
    ndcgLoss: share(1 - gains.other / gains.exact),
  };
}

async function listOf(session: Session, bias: Float32Array, seed: number): Promise<number[]> {
  const { items } = await session.run(catalogueFeeds(bias, Math.min(K, bias.length), seed));
  return Array.from(items?.data as BigInt64Array, Number);
}

/** Of a target at `rank`, first 0; nothing beyond the list, or at −1 for one that is not in it. */
function gain(rank: number): number {
  return rank < 0 || rank >= CUT ? 0 : 1 / Math.log2(rank + 2);
}
