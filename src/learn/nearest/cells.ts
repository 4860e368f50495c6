import { eachNearest, findCentres, type NearestPorts, type Vectors } from "./centres.ts";

/** Every item in one cell beside those that point where it points: what an index looks through. */
export interface Cells {
  count: number;
  /** Places of each cell. */
  room: number;
  /** [count × room] item in each place, −1 where there is none. */
  items: Int32Array<ArrayBuffer>;
  /** [N] place of each item. */
  places: Int32Array<ArrayBuffer>;
  /** [count × width] means of the items' vectors. */
  means: Float32Array<ArrayBuffer>;
}

/** Items of a cell on average: a run of a few kilobytes for the engine, and few enough cells to compare with all of them. */
const ITEMS_PER_CELL = 256;
/** A cell has room for so many times the mean, so that few items must go to their second nearest. */
const ROOM = 1.15;
/** Of places in a cell: what the engine's product takes at once. */
const ROOM_STEP = 16;
/** Nearest cells that are tried for an item before any that has room. */
const TRIED = 8;

export async function makeCells(vectors: Vectors, seed: number, ports: NearestPorts): Promise<Cells> {
  const count = Math.max(1, Math.round(vectors.count / ITEMS_PER_CELL));
  const room = ROOM_STEP * Math.ceil((ROOM * vectors.count) / count / ROOM_STEP);
  const centres = await findCentres(vectors, { count, seed }, ports);
  const items = new Int32Array(count * room).fill(-1);
  const places = new Int32Array(vectors.count).fill(-1);
  const used = new Int32Array(count);
  const put = (item: number, cell: number) => {
    const place = cell * room + (used[cell] as number);
    used[cell] = (used[cell] as number) + 1;
    items[place] = item;
    places[item] = place;
  };
  const hasRoom = (cell: number) => (used[cell] as number) < room;
  await eachNearest(vectors, centres, Math.min(TRIED, count), ports, (item, nearest) => {
    const cell = nearest.find(hasRoom);
    if (cell !== undefined) put(item, cell);
  });
  let free = 0;
  for (const [item, place] of places.entries()) {
    if (place !== -1) continue;
    while (!hasRoom(free)) free++;
    put(item, free);
  }
  return { count, room, items, places, means: meansOf(vectors, { count, room, places }) };
}

function meansOf(
  { data, width }: Vectors,
  { count, room, places }: { count: number; room: number; places: Int32Array },
): Float32Array<ArrayBuffer> {
  const means = new Float32Array(count * width);
  const sizes = new Int32Array(count);
  for (const [item, place] of places.entries()) {
    const cell = Math.floor(place / room);
    sizes[cell] = (sizes[cell] as number) + 1;
    for (let c = 0; c < width; c++) {
      const at = cell * width + c;
      means[at] = (means[at] as number) + (data[item * width + c] as number);
    }
  }
  for (let at = 0; at < means.length; at++) {
    means[at] = (means[at] as number) / Math.max(1, sizes[Math.floor(at / width)] as number);
  }
  return means;
}
