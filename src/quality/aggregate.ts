import { emptySkew, type SkewHistogram } from "./skew.ts";

/** What is kept of one tenant's rows in one partition: trailing weeks need no second look at the rows. It adds up. */
export interface Aggregate {
  rows: number;
  /** Rows without a value, by column. */
  nulls: Record<string, number>;
  /** Rows that a check was asked about, and that failed it, by the check's name. */
  tested: Record<string, number>;
  failing: Record<string, number>;
  /** Some failing rows' ids and faults, by the check's name. */
  examples: Record<string, string[]>;
  /** By the check's name. */
  skew: Record<string, SkewHistogram>;
  /** Rows by the hour in which they were received, since the epoch. */
  hours: Record<string, number>;
}

/** By tenant. */
export type PartAggregate = Record<string, Aggregate>;

/** A partition's aggregate, with what tells whether the partition is still the one that was read. */
export interface Part {
  /** Hash of its files and checks; empty for a table that is only appended to. */
  fingerprint: string;
  tenants: PartAggregate;
}

/** All partitions of one day of a table, by partition key; the object that is stored. */
export type DayParts = Record<string, Part>;

/** Enough to find the fault by; the rest is in quarantine. */
export const EXAMPLES_MAX = 5;

export function emptyAggregate(): Aggregate {
  return { rows: 0, nulls: {}, tested: {}, failing: {}, examples: {}, skew: {}, hours: {} };
}

export function aggregateOf(part: PartAggregate, tenant: string): Aggregate {
  part[tenant] ??= emptyAggregate();
  return part[tenant];
}

export function count(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

export function addExample(aggregate: Aggregate, check: string, example: string): void {
  aggregate.examples[check] ??= [];
  const examples = aggregate.examples[check];
  if (examples.length < EXAMPLES_MAX && !examples.includes(example)) examples.push(example);
}

/** Adds `from` to `into`. */
export function addAggregate(into: Aggregate, from: Aggregate): void {
  into.rows += from.rows;
  for (const field of ["nulls", "tested", "failing", "hours"] as const) {
    for (const [name, rows] of Object.entries(from[field])) count(into[field], name, rows);
  }
  for (const [check, examples] of Object.entries(from.examples)) {
    for (const example of examples) addExample(into, check, example);
  }
  for (const [check, histogram] of Object.entries(from.skew)) {
    const sum = into.skew[check] ?? emptySkew();
    into.skew[check] = sum.map((rows, bucket) => rows + (histogram[bucket] ?? 0));
  }
}

export function addPart(into: PartAggregate, from: PartAggregate): void {
  for (const [tenant, aggregate] of Object.entries(from)) addAggregate(aggregateOf(into, tenant), aggregate);
}
