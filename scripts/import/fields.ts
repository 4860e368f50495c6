import { FIELDS, isField, type Kind } from "../../src/tabular/index.ts";

/** Column of the file → field of the wire. */
export type Mapping = Map<string, string>;

/** Reads `column=field` pairs; throws naming the fields there are. */
export function parseMapping(kind: Kind, pairs: readonly string[]): Mapping {
  const mapping: Mapping = new Map();
  for (const pair of pairs) {
    const at = pair.lastIndexOf("=");
    const field = pair.slice(at + 1);
    if (at < 1 || !isField(kind, field)) {
      throw new Error(
        `--map ${pair}: must be column=field; the fields of ${kind} are ${FIELDS[kind].join(", ")}`,
      );
    }
    mapping.set(pair.slice(0, at), field);
  }
  return mapping;
}

/** Mapped columns, and columns that already have a field's name. */
export function fieldOf(kind: Kind, mapping: Mapping): (column: string) => string | undefined {
  const taken = new Set(mapping.values());
  return (column) =>
    mapping.get(column) ?? (isField(kind, column) && !taken.has(column) ? column : undefined);
}
