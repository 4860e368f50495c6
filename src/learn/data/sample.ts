import { createPrng, discard, type Prng } from "../../base/index.ts";
import { type Cases, takeCases } from "./cases.ts";

/**
 * At most `casesMax` of the cases, drawn without replacement and so that the figure of the sample estimates that of all. Where it is
 * a mean over cases, each is as likely as any other. Where users count alike they take turns, so that each keeps a case as long
 * as possible. Lists stay whole: their users are drawn, and the last may go beyond `casesMax`.
 */
export function sampleCases(cases: Cases, casesMax: number, seed: number): Cases {
  if (cases.targetRows.length <= casesMax) return cases;
  const prng = createPrng(`cases/${seed}`);
  const kept = cases.mean === "case" ? drawCases(cases, casesMax, prng) : drawByUser(cases, casesMax, prng);
  kept.sort((a, b) => a - b);
  return takeCases(cases, kept);
}

function drawCases({ targetRows }: Cases, casesMax: number, prng: Prng): number[] {
  return prng.shuffle([...targetRows.keys()]).slice(0, casesMax);
}

/** In columns: a list of each user's cases would be megabytes that live long enough to make the heap grow. */
function drawByUser({ users, mean }: Cases, casesMax: number, prng: Prng): number[] {
  const starts = startsOf(users);
  const places = users.map((_, place) => place);
  for (let one = 0; one + 1 < starts.length; one++) {
    shufflePart(places, starts[one] as number, starts[one + 1] as number, prng);
  }
  const order = new Uint32Array(starts.length - 1).map((_, one) => one);
  shufflePart(order, 0, order.length, prng);
  const kept: number[] = [];
  for (let turn = 0; kept.length < casesMax; turn++) {
    for (let next = 0; next < order.length && kept.length < casesMax; next++) {
      const one = order[next] as number;
      const [start, end] = [starts[one] as number, starts[one + 1] as number];
      const taken = mean === "list" ? { from: start, end } : { from: start + turn, end: start + turn + 1 };
      for (let at = taken.from; at < Math.min(taken.end, end); at++) kept.push(places[at] as number);
    }
  }
  discard(starts, places, order);
  return kept;
}

/** [users + 1] where the cases of each begin, which stand together. */
function startsOf(users: Uint32Array): Uint32Array {
  const starts = new Uint32Array(users.length + 1);
  let count = 0;
  for (let place = 0; place < users.length; place++) {
    if (place === 0 || users[place] !== users[place - 1]) starts[count++] = place;
  }
  starts[count] = users.length;
  return starts.subarray(0, count + 1);
}

/** Draws as `Prng.shuffle` of a list of these alone. */
function shufflePart(places: Uint32Array, start: number, end: number, prng: Prng): void {
  for (let last = end - 1; last > start; last--) {
    const other = start + prng.int(last - start + 1);
    const moved = places[last] as number;
    places[last] = places[other] as number;
    places[other] = moved;
  }
}
