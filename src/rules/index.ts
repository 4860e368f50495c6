/**
 * rules: what must act before top-K, compiled over item columns into the `bias` vector of the model's graph
 * (0 neutral, −inf excluded). Knows columns and indices only: no ids, no catalogue, no storage.
 */
export { type Availability, type AvailabilityColumns, compileAvailability } from "./availability.ts";
export { type BiasPool, createBiasPool } from "./bias.ts";
