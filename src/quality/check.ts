import type { AnyTable, Table } from "../lake/index.ts";
import type { AnomalyRule } from "./anomaly.ts";

/** What a failed check means: a warning is for people, an error also stops the promotion of models. */
export type Severity = "warn" | "error";

/** From which share of the tested rows on a check warns or fails. 0: from the first row; absent: never. */
export interface Shares {
  warnAbove?: number;
  errorAbove?: number;
}

/** Limits a check to rows in which a column has one of these values. */
export interface Condition<Name extends string> {
  column: Name;
  in: readonly (string | number | boolean)[];
}

interface Named {
  /** Unique within its table; stands in the report and in quarantine. */
  name: string;
}

interface RowCheckBase<Name extends string> extends Named, Shares {
  column: Name;
  when?: Condition<Name>;
}

/** The column has a value. */
export interface RequiredCheck<Name extends string> extends RowCheckBase<Name> {
  kind: "required";
  /** A value here will do as well. */
  orColumn?: Name;
}

/** Values, where there are any, lie between the ends, both included. */
export interface RangeCheck<Name extends string> extends RowCheckBase<Name> {
  kind: "range";
  min?: number;
  max?: number;
  /** The value of this column in the same row is the upper end. */
  maxColumn?: Name;
}

/** Values, where there are any, are among those listed, or match the pattern. */
export interface SetCheck<Name extends string> extends RowCheckBase<Name> {
  kind: "set";
  values?: readonly (string | number | boolean)[];
  pattern?: RegExp;
}

/** The item that `column` names, where it names one, is known: `known` says so. Not asked of a tenant without a catalogue. */
export interface ReferentialCheck<Name extends string> extends RowCheckBase<Name> {
  kind: "referential";
  known: Name;
}

export type RowCheck<Name extends string> =
  | RequiredCheck<Name>
  | RangeCheck<Name>
  | SetCheck<Name>
  | ReferentialCheck<Name>;

/** No two rows of a partition agree in all these columns; equal rows always share a partition. */
export interface UniqueCheck<Name extends string> extends Named {
  kind: "unique";
  columns: readonly Name[];
  severity: Severity;
}

/**
 * What was committed to `input` reaches this table within the age; without an input, what is pending reaches it. Judged by
 * snapshots and watermarks, not by rows: a quiet site is not a stale table.
 */
export interface FreshCheck extends Named {
  kind: "fresh";
  input?: AnyTable;
  warnAfterMs: number;
  errorAfterMs: number;
}

/** Rows of the last whole day against the days before. */
export interface VolumeCheck extends Named {
  kind: "volume";
  rule: AnomalyRule;
  severity: Severity;
}

/** Share of rows without a value on the last whole day against the days before. */
export interface NullRateCheck<Name extends string> extends Named {
  kind: "null_rate";
  column: Name;
  rule: AnomalyRule;
  /** A day with fewer rows says nothing about a rate. */
  rowsMin: number;
  severity: Severity;
}

/** Received minus sent: how far clients' clocks are off, travel included. */
export interface ClockSkewCheck<Name extends string> extends Named, Shares {
  kind: "clock_skew";
  sent: Name;
  received: Name;
  /** One of `SKEW_EDGES_MS`: rows off by more count as failing. */
  maxAbsMs: number;
}

export type Check<Name extends string = string> =
  | RowCheck<Name>
  | UniqueCheck<Name>
  | FreshCheck
  | VolumeCheck
  | NullRateCheck<Name>
  | ClockSkewCheck<Name>;

/** All that is checked of one table. */
export interface TableChecks<Row = never> {
  table: Table<Row>;
  /** Whether its jobs replace whole partitions; a table that is only appended to is read once. */
  rewritten: boolean;
  /** When a row was received, where the table keeps it: rows are then counted by tenant and hour. */
  receivedColumn?: keyof Row & string;
  /** Names a row in quarantine, which holds one entry for each id and check; a table without ids has none there. */
  idColumn?: keyof Row & string;
  checks: readonly Check<keyof Row & string>[];
}

/** `TableChecks` of any row type: the columns are checked where it is declared. */
export interface AnyTableChecks
  extends Omit<TableChecks, "table" | "receivedColumn" | "idColumn" | "checks"> {
  table: AnyTable;
  receivedColumn?: string;
  idColumn?: string;
  checks: readonly Check[];
}

export function declareChecks<Row>(declared: TableChecks<Row>): AnyTableChecks {
  return declared as unknown as AnyTableChecks;
}

export function isRowCheck<Name extends string>(check: Check<Name>): check is RowCheck<Name> {
  return ["required", "range", "set", "referential"].includes(check.kind);
}
