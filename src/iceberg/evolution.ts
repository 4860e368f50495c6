import { err, ok, type Result } from "../base/index.ts";
import type { Field } from "./types.ts";

export type EvolutionKind = "renamed" | "retyped" | "requiredness" | "removed" | "id_reused" | "new_required";

export interface EvolutionError {
  column: string;
  kind: EvolutionKind;
  message: string;
}

/**
 * The fields after an evolution: the current ones and then the new ones. Only optional columns can be added, so that every
 * file written before still reads, with null in them; anything else is refused, naming the column.
 */
export function planEvolution(
  current: readonly Field[],
  wanted: readonly Field[],
): Result<Field[], EvolutionError> {
  for (const field of current) {
    const refusal = refuseChange(field, wanted);
    if (refusal !== null) return err(refusal);
  }
  const kept = new Set(current.map((field) => wanted.find(({ id }) => id === field.id)));
  const added = wanted.filter((field) => !kept.has(field));
  const taken = new Set(current.flatMap(({ id, name }): (number | string)[] => [id, name]));
  for (const field of added) {
    const refusal = refuseNew(field, taken);
    if (refusal !== null) return err(refusal);
    taken.add(field.id).add(field.name);
  }
  return ok([...current, ...added]);
}

function refuseChange(field: Field, wanted: readonly Field[]): EvolutionError | null {
  const { id, name } = field;
  const after = wanted.find((candidate) => candidate.id === id);
  if (after === undefined)
    return refusal(name, "removed", "is not declared any more; columns are never removed");
  if (after.name !== name) {
    return refusal(name, "renamed", `would become ${after.name}; columns are never renamed: add a new one`);
  }
  if (after.type !== field.type) {
    return refusal(name, "retyped", `is ${field.type} and would become ${after.type}; types never change`);
  }
  if (after.required !== field.required) {
    const [is, becomes] = field.required ? ["required", "optional"] : ["optional", "required"];
    return refusal(name, "requiredness", `is ${is} and would become ${becomes}; that never changes`);
  }
  return null;
}

function refuseNew(
  { id, name, required }: Field,
  taken: ReadonlySet<number | string>,
): EvolutionError | null {
  if (required) {
    return refusal(name, "new_required", "is new and required; files written before have no value for it");
  }
  if (taken.has(name)) return refusal(name, "id_reused", `has id ${id} and another one too`);
  // Columns are never removed, so an id that none has was never used, also below others.
  if (taken.has(id)) return refusal(name, "id_reused", `has id ${id}, which another column has`);
  return null;
}

function refusal(column: string, kind: EvolutionKind, reason: string): EvolutionError {
  return { column, kind, message: `column ${column} ${reason}` };
}
