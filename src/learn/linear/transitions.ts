import type { Pace } from "../model/pace.ts";
import type { Strongest } from "./strongest.ts";
import type { Walks } from "./walks.ts";

/**
 * Share of an item's visits after which each other item came next, shrunk: count / (visits + λ). The closed form of a history
 * of one item, so it needs no solve. The strongest entries of each row go into `rows`.
 */
export async function countTransitions(
  { itemCount, items, steps, placeStart, places }: Walks,
  { ridge, rows }: { ridge: number; rows: Strongest },
  pace: Pace,
): Promise<void> {
  const counts = new Float32Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const followers: number[] = [];
    let visits = ridge;
    for (let place = placeStart[item] as number; place < (placeStart[item + 1] as number); place++) {
      const next = (places[place] as number) + 1;
      if ((steps[next] ?? 0) === 0) continue;
      const follower = items[next] as number;
      if (counts[follower] === 0) followers.push(follower);
      counts[follower] = (counts[follower] as number) + 1;
      visits++;
    }
    for (const follower of followers) {
      rows.offer(item, follower, (counts[follower] as number) / visits);
      counts[follower] = 0;
    }
    await pace.spend(followers.length * 30 + 20);
  }
}
