/**
 * rules: the language in which a site says what may be answered and in what order (`schema.ts`), and what it does: before top-K,
 * compiled over item columns into the `bias` vector of the model's graph (0 neutral, −inf excluded); after it, on the list.
 * Knows columns and indices only: no catalogue, no storage.
 */
export { type Availability, type AvailabilityColumns, compileAvailability } from "./availability.ts";
export { type BiasPool, createBiasPool } from "./bias.ts";
export { BiasDraft } from "./bias-draft.ts";
export { type Bound, bindRule, type RuleFacts } from "./bind.ts";
export {
  ColumnBuilder,
  type RuleColumn,
  type RuleColumns,
} from "./columns.ts";
export { CompiledColumns, leafBytesMax } from "./compiled-columns.ts";
export { factsFor } from "./facts-for.ts";
export { ITEM_FIELDS_TOLD, USER_FIELDS_TOLD } from "./fields.ts";
export { FoldedTexts } from "./folded-texts.ts";
export { type Exception, type ItemSet, ItemSpace, setBytesMax } from "./item-space.ts";
export { matches, type RuleItem, valuesOf } from "./matches.ts";
export { isEmptyRules, mergeRules } from "./merge.ts";
export { parseRules } from "./parse.ts";
export type { RuleIssue } from "./reader.ts";
export { EXPRESSION_FORMS, type ExpressionForm, RULE_EXAMPLES } from "./reference.ts";
export {
  type Boost,
  type Cap,
  type Expression,
  type Interaction,
  type NamedFilter,
  NO_RULES,
  type Pin,
  type Place,
  type Rules,
  type Scalar,
  type VisitorFacts,
} from "./rules.ts";
export { rulesSchema, storedRulesSchema } from "./schema.ts";
export { type Candidate, type Selection, type SelectOptions, select } from "./select.ts";
export { settleVisitor } from "./settle.ts";
export { usesStored, usesVisitor } from "./visitor-parts.ts";
