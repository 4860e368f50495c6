/**
 * client: Lakeshore's HTTP API as the command line uses it: requests with patience for a busy server, and bulk sending of
 * events, items and users.
 */
export { ApiClient, ApiError } from "./api.ts";
export { type SendReport, sendEvents } from "./events.ts";
export {
  type Published,
  type RetrainOutcome,
  type RetrainStatus,
  retrain,
  retrainBySettings,
  startRetrain,
} from "./retrain.ts";
export { upsertItems, upsertUsers } from "./upsert.ts";
