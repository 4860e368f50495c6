import { linear } from "./linear/linear.ts";
import type { Learner } from "./model/learner.ts";
import { popularity } from "./popularity/popularity.ts";
import { sessions } from "./sessions/sessions.ts";
import { transformer } from "./transformer/transformer.ts";

/** What a study chooses from. */
export const LEARNERS: readonly Learner[] = [popularity, linear, sessions, transformer];

/** Throws for a name that none has. */
export function learnerNamed(name: string): Learner {
  const learner = LEARNERS.find((one) => one.name === name);
  if (learner === undefined) throw new Error(`no learner is called ${name}`);
  return learner;
}
