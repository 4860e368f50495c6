/** A table of the lake, as the API tells it. */
export interface LakeTable {
  name: string;
  layer: string;
  about: string;
  made_from: string[];
  columns: number;
  rows: number;
  files: number;
  bytes: number;
  /** Files with rows of other tenants in them, not counted in the figures above. */
  shared_files: number;
  snapshot: { id: number; at: number } | null;
  written_at: number | null;
}

const UNITS = ["bytes", "KB", "MB", "GB", "TB"] as const;

/** `3.2 MB`: in the largest unit of which there is at least one, by thousands. */
export function size(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const digits = step === 0 ? 0 : 1;
  return `${(bytes / 1_000 ** step).toLocaleString(undefined, { maximumFractionDigits: digits })} ${UNITS[step]}`;
}

/** Rows of the reader's own; where some are in files of several tenants, at least so many. */
export function rowsOf({ rows, shared_files }: Pick<LakeTable, "rows" | "shared_files">): string {
  return `${shared_files === 0 ? "" : "≥ "}${rows.toLocaleString()}`;
}
