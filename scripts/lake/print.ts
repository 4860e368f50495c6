/** Rows as aligned columns: numbers to the right, everything else to the left. */
export function printRows(names: readonly string[], rows: readonly Record<string, unknown>[]): void {
  const cells = [names.map(String), ...rows.map((row) => names.map((name) => cellText(row[name])))];
  const widths = names.map((_, at) => Math.max(...cells.map((line) => (line[at] ?? "").length)));
  const isNumber = names.map((name) => rows.length > 0 && rows.every((row) => typeof row[name] === "number"));
  for (const line of cells) {
    const padded = line.map((text, at) =>
      isNumber[at] === true ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0),
    );
    console.log(padded.join("  ").trimEnd());
  }
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** One line of CSV (RFC 4180); null is an empty cell, and an empty string is quoted. */
export function csvLine(values: readonly unknown[]): string {
  return values
    .map((value) => {
      const text = cellText(value);
      if (value === "") return '""';
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}
