/**
 * whole: a retrain in this very process, on Node with all its cores and memory, for data of which a Worker can take a sample only.
 * Steps, gate and publication are the trainer's own; what differs are the host and the number of rows.
 */
export { runWhole, type WholeRequest, type WholeTeller, wholeRowsMax } from "./run.ts";
export { openSite, type Site, type SiteOptions } from "./site.ts";
