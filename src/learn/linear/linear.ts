import { collapseRepeats } from "../data/dataset.ts";
import type { Learner } from "../model/learner.ts";
import { linearScores } from "./graph-linear.ts";
import { solveLinear } from "./linear-fit.ts";

/**
 * Closed-form linear item-item model with order and decay: B = (αX'X + (1−α)K + λI)⁻¹ (αX'X + (1−α)C), and a list is
 * Σ weight · decay · B[item] over the history (SLIST: Choi et al., WWW 2021; EASE: Steck, WWW 2019). The dense part holds the
 * most frequent items, sparse rows the tail.
 */
export const linear: Learner = {
  name: "linear",
  suits: ({ items }) => items > 1,
  ladders: ({ isOrdered, isTimed }) => [
    ...(isOrdered ? [{ name: "positionDecay", values: [0.7, 1, 1.5, 2.5, 5, 10, 25], start: 3 }] : []),
    // From no decay to hours.
    ...(isTimed ? [{ name: "ageDecayDays", values: [0, 30, 7, 1.5, 0.4, 0.1], start: 0 }] : []),
    ...(isOrdered ? [{ name: "orderFree", values: [0, 0.02, 0.1, 0.3, 0.6, 0.9], start: 2 }] : []),
    { name: "ridge", values: [10, 30, 100, 300, 1_000], start: 2 },
  ],
  workSeconds: ({ rows, items, rowsPerUser }) =>
    (rows * rowsPerUser * 12) / 3e8 + (3 * Math.min(items, 2_048) ** 3) / 1.2e10 + rows * 1e-6,
  async fit(dataset, parameters, { onProgress }, ports) {
    const rows = collapseRepeats(dataset);
    await ports.pace.spend(dataset.items.length * 40);
    const report = (fraction: number) => onProgress?.(fraction, "solving the linear model");
    const tensors = await solveLinear(rows, parameters, ports, report);
    return { learner: "linear", parameters, itemCount: dataset.itemIds.length, tensors };
  },
  scores: linearScores,
};
