import type { Learner } from "../model/learner.ts";
import { linearSeconds } from "./cost.ts";
import { fitLinear } from "./fit.ts";
import { linearScores } from "./graph-linear.ts";

/**
 * Closed-form linear item-item model with order and decay: B₁ = shrunk transitions from the newest item, and
 * B = (αX'X + (1−α)K + λI)⁻¹ (αX'X + (1−α)(C − what B₁ explains)) for the decayed history; a list is B₁[newest] + Σ decay · B[item]
 * (SLIST: Choi et al., WWW 2021; EASE: Steck, WWW 2019).
 */
export const linear: Learner = {
  name: "linear",
  suits: ({ items }) => items > 1,
  ladders: ({ isOrdered, isTimed, maskSeen }) => [
    ...(isOrdered ? [{ name: "positionDecay", values: [1, 2, 4, 8, 16], start: 3 }] : []),
    { name: "ridge", values: [0.1, 0.3, 1, 3, 10, 30], start: isOrdered ? 2 : 4 },
    ...(isOrdered ? [{ name: "orderFree", values: [0, 0.1, 0.3, 0.6, 1], start: 1 }] : []),
    ...(isOrdered ? [{ name: "stepRidge", values: [0.3, 1, 3, 10, 100], start: 2 }] : []),
    // From no decay to hours.
    ...(isTimed ? [{ name: "ageDecayDays", values: [0, 30, 7, 1.5, 0.4, 0.1], start: 0 }] : []),
    // Where the same item may come again, that it does is learnt too.
    ...(isOrdered ? [{ name: "repeats", values: [maskSeen ? 0 : 1], start: 0 }] : []),
  ],
  workSeconds: linearSeconds,
  async fit(dataset, parameters, { onProgress }, ports) {
    const report = (fraction: number) => onProgress?.(fraction, "solving the linear model");
    const tensors = await fitLinear(dataset, parameters, ports, { onProgress: report });
    return tensors && { learner: "linear", parameters, itemCount: dataset.itemIds.length, tensors };
  },
  scores: linearScores,
};
