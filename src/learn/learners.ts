import { ease } from "./baselines/ease.ts";
import { itemKnn } from "./baselines/item-knn.ts";
import { graphFilter } from "./graph-filter/graph-filter.ts";
import { linear } from "./linear/linear.ts";
import type { Learner } from "./model/learner.ts";
import { popularity } from "./popularity/popularity.ts";
import { sessions } from "./sessions/sessions.ts";
import { transformer } from "./transformer/transformer.ts";

/** What a study chooses from. */
export const LEARNERS: readonly Learner[] = [popularity, linear, graphFilter, sessions, transformer];

/** What others are compared with. */
export const BASELINES: readonly Learner[] = [popularity, itemKnn, ease];

/** Throws for a name that none has. */
export function learnerNamed(name: string): Learner {
  const learner = [...LEARNERS, ...BASELINES].find((one) => one.name === name);
  if (learner === undefined) throw new Error(`no learner is called ${name}`);
  return learner;
}
