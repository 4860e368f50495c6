/**
 * rules: the language in which a site says what may be answered and in what order (`schema.ts`), and what it does: before top-K,
 * compiled over item columns into the `bias` vector of the model's graph (0 neutral, −inf excluded); after it, on the list.
 * Knows columns and indices only: no catalogue, no storage.
 */
export { type Availability, type AvailabilityColumns, compileAvailability } from "./availability.ts";
export { type BiasPool, createBiasPool } from "./bias.ts";
export { parseRules } from "./parse.ts";
export type { RuleIssue } from "./reader.ts";
export type {
  Boost,
  Cap,
  Expression,
  NamedFilter,
  Pin,
  Place,
  Rotation,
  Rules,
  Scalar,
  ShownItem,
  VisitorFacts,
} from "./rules.ts";
export { rulesSchema } from "./schema.ts";
