import { createPrng, discard } from "../../base/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FitPorts } from "../model/learner.ts";
import { planEpoch } from "./plan.ts";
import { decodeState, sealState, type TrainingState } from "./state.ts";
import { step } from "./step.ts";
import { closeTrainer, createTrainer, type TrainOptions } from "./trainer.ts";
import { shortened } from "./warm-start.ts";

/** Trains to the end, or until the slice is spent: then null, and the state is in the checkpoint. */
export async function train(
  dataset: Dataset,
  begin: () => Promise<TrainingState>,
  given: TrainOptions,
  ports: FitPorts,
): Promise<TrainingState | null> {
  const saved = await ports.checkpoint.read();
  const state = saved === null ? await begin() : decodeState(saved);
  const options = state.isWarm ? shortened(given) : given;
  const trainer = await createTrainer(dataset, state, options, ports);
  const { length } = options.sizes;
  const rowsPerStep = Math.max(1, Math.round(options.stepTokens / length));
  try {
    for (; state.epoch < options.epochs; state.epoch++) {
      const prng = createPrng(options.seed).fork(`epoch ${state.epoch}`);
      const plan = await planEpoch(dataset, length, prng, ports.pace);
      const steps = Math.ceil(plan.rowCount / rowsPerStep);
      for (; state.epochSteps < steps; state.epochSteps++) {
        if (ports.pace.isSpent) {
          plan.discard();
          await put(state, ports);
          return null;
        }
        const from = state.epochSteps * rowsPerStep;
        const progress = (state.epoch + state.epochSteps / steps) / options.epochs;
        const loss = await step(trainer, plan.rows(from, from + rowsPerStep), progress);
        state.lossSum = Math.fround(state.lossSum + loss);
        options.onProgress?.(
          progress,
          `epoch ${state.epoch + 1} of ${options.epochs}, loss ${loss.toFixed(3)}`,
        );
      }
      plan.discard();
      state.losses.push(Math.fround(state.lossSum / steps));
      state.lossSum = 0;
      state.epochSteps = 0;
    }
    options.onProgress?.(1, "trained");
    return state;
  } finally {
    await closeTrainer(trainer);
  }
}

/** Into the checkpoint, and away: with the next slice's beside it, it would be there twice. */
async function put(state: TrainingState, { checkpoint }: FitPorts): Promise<void> {
  const bytes = sealState(state);
  await checkpoint.write(bytes);
  discard(bytes);
}
