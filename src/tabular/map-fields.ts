import { type Reading, readCell } from "./cell.ts";

/**
 * A record's values under the wire's names. `fieldOf` a column: undefined leaves it out; `attributes.<name>` and `context.<name>` go into
 * one object. Empty cells are absent.
 */
export function mapFields(
  values: Record<string, unknown>,
  fieldOf: (column: string) => string | undefined,
  readingOf: (column: string) => Reading | undefined = () => undefined,
): Record<string, unknown> {
  const mapped: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(values)) {
    const field = fieldOf(column);
    if (field === undefined || isEmpty(value)) continue;
    const [name = "", entry] = field.split(".", 2);
    const cell = readCell(field, value, readingOf(column));
    if (entry === undefined) mapped[name] = cell;
    else mapped[name] = { ...(mapped[name] as object | undefined), [entry]: cell };
  }
  return mapped;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && value.trim() === "");
}
