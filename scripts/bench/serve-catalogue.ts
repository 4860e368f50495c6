import { formFor, type ModelForm } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import type { Progress } from "../progress.ts";
import { type Bill, benchCost } from "./cost/index.ts";
import { makeModel } from "./serve-model.ts";
import { createQuestions } from "./serve-questions.ts";
import { measureSites, type Sites, type SitesSize } from "./serve-sites.ts";
import { prepareState } from "./serve-state.ts";

export interface CatalogueServeReport extends Sites {
  items: number;
  dims: number;
  history: number;
  form: ModelForm;
  /** Of a million events and a million answers with their impressions, line by line. */
  usdPerMillion: Bill;
}

export interface CatalogueServeOptions {
  items: number;
  dims: number;
  history: number;
  quantised: boolean;
  tiny: boolean;
  seed: number;
}

const SIZES: Record<"full" | "tiny", SitesSize & { users: number }> = {
  full: {
    ...{ rounds: 6, latencyRequests: 200, throughputRequests: 600, users: 400, distantRequests: 600 },
    ...{ offeredRounds: 5, stepSeconds: 3 },
  },
  tiny: {
    ...{ rounds: 1, latencyRequests: 20, throughputRequests: 50, users: 10, distantRequests: 25 },
    ...{ offeredRounds: 1, stepSeconds: 0.2 },
  },
};

/** Answers from a catalogue as large as asked for, by a published model that nobody trained: what answering costs does not depend on that. */
export async function benchCatalogueServe(
  options: CatalogueServeOptions,
  progress: Progress,
): Promise<CatalogueServeReport> {
  const { items, dims, history, seed, tiny } = options;
  const { users, ...size } = SIZES[tiny ? "tiny" : "full"];
  const form = options.quantised ? "large" : formFor(items);
  progress.say(`Making a model of ${items} items`);
  const model = await makeModel({ items, dims, seed }, form, nodeEngine());
  progress.say("Publishing it");
  const state = await prepareState(model, { users, history, seed });
  try {
    const questions = createQuestions(options, state.identity.publishableKey);
    const sites = await measureSites(state, questions, size, progress);
    progress.say("Counting what it costs");
    const { usdPerMillion } = await benchCost({ tiny, seed, cpuMsPerAnswer: sites.cpuMsPerAnswer }, progress);
    return { items, dims, history, form, ...sites, usdPerMillion };
  } finally {
    await state.remove();
  }
}
