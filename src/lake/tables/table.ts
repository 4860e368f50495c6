import type { ColumnType } from "../../events/index.ts";
import type { Transform } from "../../iceberg/index.ts";

/** What is declared of any table, whatever its rows are. */
export interface AnyTable {
  /** `<namespace>.<name>`, as readers of the catalog see it. */
  name: string;
  /** `lake/<namespace>/<name>`: data and metadata stand under it. */
  path: string;
  columns: readonly AnyColumn[];
  partition: readonly { column: string; transform: Transform }[];
  /** Columns that order the rows of every file, ascending, nulls first. */
  sort: readonly string[];
  /** How long rows are kept after `column`'s time; absent: for ever. */
  retention?: { column: string; days: number };
}

export interface AnyColumn {
  /** The Iceberg field id: given once, never reused. */
  id: number;
  name: string;
  type: ColumnType;
  required: boolean;
}

/** One column of a table. Columns are added at the end and optional, never renamed, narrowed or removed. */
export interface Column<Row> extends AnyColumn {
  name: keyof Row & string;
}

/** A table whose rows are `Row`: field ids, nullability, partition and sort order are declared here and nowhere else. */
export interface Table<Row> extends AnyTable {
  columns: readonly Column<Row>[];
  partition: readonly { column: keyof Row & string; transform: Transform }[];
  sort: readonly (keyof Row & string)[];
  retention?: { column: keyof Row & string; days: number };
}
