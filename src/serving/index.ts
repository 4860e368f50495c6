/**
 * serving: who may ask, what is answered, and from where. One parallel round of reads, at most one call of the scorer, then
 * the ladder: live model → last good list → trending → popular → newest. Caches hold ranked lists, never answers: every
 * answer has a recommendation id of its own. Each key of a cache begins with the tenant. Nothing here computes a ranking,
 * writes an event, or waits on training, the lake or the queue.
 */
export { makeAnswer } from "./answer.ts";
export {
  type AnswerBody,
  answerBody,
  answerSchema,
  batchAnswerSchema,
  ITEM_FIELDS_ANSWERED,
  rankAnswerSchema,
  rankingBody,
} from "./answer-body.ts";
export { cacheApiOwnLists, cacheApiSeenLists, kvConfigs, kvKeys, kvLists, kvScenarios } from "./cache.ts";
export {
  batchBodySchema,
  commonListQuerySchema,
  FIRST_PAGE,
  itemListQuerySchema,
  rankBodySchema,
  recommendationsBodySchema,
  recommendationsQuerySchema,
  trendingQuerySchema,
  whyBodySchema,
  whyQuerySchema,
} from "./contract.ts";
export { type Cursor, mintCursor, readCursor } from "./cursor.ts";
export { type Timely, type Timer, within } from "./deadline.ts";
export { type ExplorationRecord, propensities, readExploration } from "./exploration.ts";
export type { Answer } from "./finish.ts";
export { historyOfItems } from "./history.ts";
export { checkKey, checkSessionKey, type KeyProblem } from "./key-check.ts";
export { KEY_READ_MS } from "./limits.ts";
export { Lru } from "./lru.ts";
export { createMemory, type ServingMemory } from "./memory.ts";
export { STORED_WITHHELD, USER_IGNORED } from "./notices.ts";
export { answerPlacements } from "./placements.ts";
export type { AnswerRequest, Subject } from "./plan.ts";
export type {
  ConfigStore,
  FallbackLists,
  KeyStore,
  LastGoodList,
  ListStore,
  OwnList,
  OwnLists,
  ProfileStore,
  RankedList,
  ScenarioStore,
  SeenLists,
  ServingPorts,
} from "./ports.ts";
export { type Ranking, rankItems } from "./rank.ts";
export {
  mintRecommendationId,
  type RecommendationId,
  readRecommendationId,
  visitMark,
} from "./recommendation-id.ts";
export {
  FALLBACKS,
  type Fallback,
  plainScenario,
  readScenario,
  type Scenario,
  type ScenarioInput,
  scenarioNameSchema,
  scenarioSchema,
  storedScenarioSchema,
} from "./scenario.ts";
export { type ServedAnswer, ServedCounter } from "./served-counter.ts";
export { csrfToken, mintSession, readSession, type Session } from "./session.ts";
export { createSigner, type Signer } from "./signer.ts";
export { readConfig } from "./tenant-config.ts";
export { Timeline } from "./timeline.ts";
export { mintUserToken, readUserToken } from "./user-token.ts";
export { type Explanation, explain } from "./why.ts";
