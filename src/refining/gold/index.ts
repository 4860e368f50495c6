/** Gold: what analysis and training read, kept from silver. */
import type { Job } from "../job.ts";
import { itemDaily } from "./item-daily.ts";
import { userHistories } from "./user-histories.ts";

export { ITEM_DAILY_SQL } from "./item-daily.sql.ts";

/** In the order in which they run. */
export const GOLD_JOBS: readonly Job[] = [itemDaily, userHistories];
