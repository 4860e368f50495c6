import { discard, type Engine } from "../../base/index.ts";
import { type Content, LEVEL_MAX } from "../data/content.ts";
import type { Dataset } from "../data/dataset.ts";
import { powers } from "../graph-filter/bipartite.ts";
import { headOfSpectrum, type Spectrum } from "../graph-filter/spectrum.ts";
import type { Pace } from "../model/pace.ts";
import { contentProjection } from "./by-content.ts";
import { frequentItems } from "./frequent.ts";

/**
 * Items whose users place them: of a larger catalogue the most frequent, the others are placed by content alone. The tables of so
 * many are 48 MB at 32 dims.
 */
const FREQUENT_MAX = 150_000;
/** Users that say as much of an item as its content does. */
const CONTENT_USERS = 5;
/**
 * Added to each degree, of their mean: without it the spectrum of sparse data is spent on small groups that have no users in common
 * with the rest (Amini et al., Annals of Statistics 2013). Of 0, 0.3, 1 and 3 the middle ones come nearest to what other users choose.
 */
const DEGREE_ADDED = 0.5;
/** Of the square of what all items share: what is below is rounding. */
const OWN_MIN = 1e-8;

/** Directions of unit length; a zero one where nothing is known of the item. */
export interface LearnedVectors {
  dims: number;
  /** [F × dims] What a content feature of 1 adds to the vector of an item that nobody has touched. */
  projection: Float32Array<ArrayBuffer>;
  /** Writes the vector of an item to `to` [dims], of any length. */
  write(item: number, to: Float32Array): void;
}

export interface VectorOptions {
  content: Content;
  /** Fewer where there are fewer items. */
  dims: number;
  seed: number;
  /** Called once the data set's columns have been read: they may go. */
  onRowsRead?(): void;
}

/**
 * Items as directions: the nearer two, the more do the same users choose them. Rows of the leading singular vectors, times their
 * singular values, of the graph of users and items with both degrees normalised (latent semantic indexing: Deerwester et al.,
 * JASIS 1990), found by randomised subspace iteration; without the direction that all items would share if users chose by chance
 * (as in correspondence analysis: Benzécri, 1973). Their regression on content places what few have touched.
 */
export async function learnVectors(
  dataset: Dataset,
  { content, dims: wanted, seed, onRowsRead }: VectorOptions,
  ports: { engine: Engine; pace: Pace },
): Promise<LearnedVectors> {
  const frequent = await frequentItems(dataset, FREQUENT_MAX, ports.pace);
  onRowsRead?.();
  const { graph, itemAt, users, userDegrees, itemDegrees } = frequent;
  const itemScales = scalesOf(itemDegrees);
  const scales = { userScales: scalesOf(userDegrees), itemScales };
  const spectrum = await headOfSpectrum(graph, { scales, rank: wanted, seed }, ports);
  discard(graph.items, graph.codes);
  const { rank: dims, vectors: directions } = spectrum;
  const chance = itemDegrees.map((degree, item) => degree * (itemScales[item] as number));
  await makeDirections(spectrum, chance, ports.pace);
  const projection = await contentProjection({ content, directions, itemAt, dims }, ports);
  const placeOf = new Int32Array(users.length).fill(-1);
  for (const [place, item] of itemAt.entries()) placeOf[item] = place;
  return {
    dims,
    projection,
    write(item, to) {
      const count = users[item] as number;
      const place = placeOf[item] as number;
      addContent(content, item, projection, to.fill(0));
      for (let d = 0; d < dims; d++) {
        const own = place === -1 ? 0 : (directions[place * dims + d] as number);
        to[d] = (to[d] as number) * CONTENT_USERS + own * count;
      }
    },
  };
}

function addContent(
  { perItem, buckets, levels }: Content,
  item: number,
  projection: Float32Array,
  to: Float32Array,
): void {
  const dims = to.length;
  for (let cell = item * perItem; cell < (item + 1) * perItem; cell++) {
    const value = (levels[cell] as number) / LEVEL_MAX;
    if (value === 0) continue;
    const at = (buckets[cell] as number) * dims;
    for (let d = 0; d < dims; d++) to[d] = (to[d] as number) + value * (projection[at + d] as number);
  }
}

function scalesOf(degrees: Float64Array): Float32Array<ArrayBuffer> {
  const added = (DEGREE_ADDED * degrees.reduce((sum, degree) => sum + degree, 0)) / degrees.length;
  return powers(
    degrees.map((degree) => degree + added),
    -1 / 2,
  );
}

/**
 * Vectors ← unit rows of vectors · singular values, in place, without the direction `chance` [items]; zero where that was all
 * there is.
 */
async function makeDirections(
  { rank, values, vectors }: Spectrum,
  chance: Float64Array,
  pace: Pace,
): Promise<void> {
  const length = Math.sqrt(chance.reduce((sum, part) => sum + part ** 2, 0));
  const trivial = chance.map((part) => part / length);
  /** [rank] how far each vector goes the trivial way. */
  const along = new Float64Array(rank);
  for (const [item, part] of trivial.entries()) {
    for (let c = 0; c < rank; c++) {
      along[c] = (along[c] as number) + part * (vectors[item * rank + c] as number);
    }
    await pace.spend(rank * 2);
  }
  for (const [item, part] of trivial.entries()) {
    const row = vectors.subarray(item * rank, (item + 1) * rank);
    let squares = 0;
    for (let c = 0; c < rank; c++) {
      row[c] = ((row[c] as number) - part * (along[c] as number)) * Math.sqrt(values[c] as number);
      squares += (row[c] as number) ** 2;
    }
    const scale = squares > part ** 2 * OWN_MIN ? 1 / Math.sqrt(squares) : 0;
    for (let c = 0; c < rank; c++) row[c] = (row[c] as number) * scale;
    await pace.spend(rank * 6);
  }
}
