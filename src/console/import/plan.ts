import { makeUuidV7 } from "../../events/index.ts";
import {
  type Checked,
  type ColumnFacts,
  checkInteraction,
  checkItem,
  checkUser,
  type Kind,
  knownEventType,
  mapFields,
  OFFERED,
  type Proposal,
  type Reading,
} from "../../tabular/index.ts";

/** How a file's rows are to be sent: what was proposed, as somebody has mended it. */
export interface Plan {
  kind: Kind;
  /** Column → field; what is not here is left out. */
  fields: ReadonlyMap<string, string>;
  readings: ReadonlyMap<string, Reading>;
  /** Of events, where no column tells: all rows are of this type. */
  typeDefault: string;
}

/** The plan that the proposals make. `declared`: the tenant's own types of events. */
export function planOf(
  kind: Kind,
  { columns, proposals, declared, typeDefault }: PlanParts & { proposals: readonly Proposal[] },
): Plan {
  const fields = new Map(
    proposals.flatMap(({ column, field }) => (field === null ? [] : [[column, field] as const])),
  );
  return { kind, fields, readings: readingsOf(columns, declared), typeDefault };
}

export interface PlanParts {
  columns: readonly ColumnFacts[];
  declared: ReadonlySet<string>;
  typeDefault: string;
}

/** As the cells were found to be written; attributes keep numbers and yes or no, so that rules can go by them. */
function readingsOf(columns: readonly ColumnFacts[], declared: ReadonlySet<string>): Map<string, Reading> {
  const type = (text: string) => knownEventType(text, declared) ?? text;
  return new Map(
    columns.map(({ name, type: of, reading }) => [
      name,
      { ...reading, type, ...(of === "number" || of === "boolean" ? { as: of } : {}) },
    ]),
  );
}

/** What has to be mapped yet before anything can be sent, in words. */
export function missingFields({ kind, fields, typeDefault }: Plan): string[] {
  const mapped = new Set(fields.values());
  const names = OFFERED[kind].fields;
  return OFFERED[kind].required
    .filter(
      (either) => !either.some((field) => mapped.has(field) || (field === "type" && typeDefault !== "")),
    )
    .map((either) => either.map((field) => names[field]).join(" or "));
}

/** A row as it is sent, or why it would be refused. `eventId` is of events alone. */
export function convert(
  plan: Plan,
  values: Record<string, unknown>,
  { eventId, sentAtMs }: { eventId: string; sentAtMs: number },
): Checked<object> {
  const mapped = mapFields(
    values,
    (column) => plan.fields.get(column),
    (column) => plan.readings.get(column),
  );
  if (plan.kind === "items") return checkItem(mapped);
  if (plan.kind === "users") return checkUser(mapped);
  const typeDefault = plan.typeDefault === "" ? undefined : plan.typeDefault;
  return checkInteraction(mapped, { eventId, sentAtMs, typeDefault });
}

/** The id of a row's event: of the same file and row always the same, so that what is sent twice counts once. */
export async function rowEventId(fingerprint: string, row: number, startedMs: number): Promise<string> {
  const name = new TextEncoder().encode(`${fingerprint}\n${row}`);
  return makeUuidV7(startedMs, new Uint8Array(await crypto.subtle.digest("SHA-256", name)));
}
