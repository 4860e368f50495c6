import type { ApiDocument } from "./docs.ts";
import { html, type Markup, prose } from "./markup.ts";

/** JSON Schema 2020-12 as far as the page tells of it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

interface Row {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

/** Told of in a chapter of their own. */
const CHAPTERS: Record<string, string> = { Rules: "rules" };
/** Deeper parts are data of the caller's own, or the lake's. */
const DEPTH_MAX = 4;

/** A table of what a body or an answer holds, part by part; nothing where its shape is free. */
export function fieldTable(schema: Schema | undefined, document: ApiDocument, words: Words): Markup | "" {
  const rows = schema === undefined ? [] : rowsOf(schema, document, "", DEPTH_MAX);
  if (rows.length === 0) return "";
  const drawn = rows.map(
    ({ name, type, required, description }) =>
      html`<tr><td><code>${name}</code></td><td>${type}${required && words.tellsRequired ? ", required" : ""}</td><td>${prose(description)}</td></tr>`,
  );
  const table = html`<div class="wide names"><table><tr><th>field</th><th>type</th><th></th></tr>${drawn}</table></div>`;
  return html`<details${words.isOpen ? " open" : ""}><summary>${words.heading}</summary>${table}</details>`;
}

interface Words {
  heading: string;
  isOpen: boolean;
  /** An answer's fields are there or not as the table's words say. */
  tellsRequired: boolean;
}

/** `placements[].limit`: a part of each element; `degraded.reason`: a part of an object. */
function rowsOf(given: Schema, document: ApiDocument, prefix: string, depth: number): Row[] {
  const { schema } = resolved(given, document);
  const parts = [schema, ...(schema.anyOf ?? schema.oneOf ?? [])].map(
    (part) => resolved(part, document).schema,
  );
  return parts.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([name, field]): Row[] => {
      const known = resolved(field, document);
      const path = `${prefix}${name}`;
      const row = {
        name: path,
        type: typeOf(field, document),
        required: required.includes(name),
        description: descriptionOf(field, known.schema, known.name),
      };
      if (depth === 1 || chapterOf(known.name) !== undefined) return [row];
      const { items } = known.schema;
      const inner = items === undefined ? field : items;
      return [row, ...rowsOf(inner, document, `${path}${items === undefined ? "" : "[]"}.`, depth - 1)];
    }),
  );
}

function descriptionOf(field: Schema, { description }: Schema, name: string | null): string {
  const own = field.description ?? description ?? "";
  const chapter = chapterOf(name);
  return chapter === undefined ? own : `${own} See the chapter \`${chapter}\`.`.trim();
}

function chapterOf(name: string | null): string | undefined {
  return name === null ? undefined : CHAPTERS[name];
}

/** What a reference stands for, with the name that it is known by. */
function resolved(schema: Schema, { components }: ApiDocument): { schema: Schema; name: string | null } {
  if (schema.$ref === undefined) return { schema, name: null };
  const name = schema.$ref.replace("#/components/schemas/", "");
  return { schema: (components?.schemas?.[name] ?? {}) as Schema, name };
}

/** In words, with its bounds: `integer, 1…100, default 10`; `list (at most 50) of string`. */
export function typeOf(given: Schema | undefined, document: ApiDocument): string {
  if (given === undefined) return "";
  const { schema } = resolved(given, document);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map((one) => typeOf(one, document)))].join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.join(" | ");
  const { type = "", items, maxItems } = schema;
  const count = maxItems === undefined ? "" : ` (at most ${maxItems})`;
  const own =
    items === undefined
      ? [type].flat().join(" or ")
      : `list${count} of ${typeOf(items, document) || "values"}`;
  return [own, ...boundsOf(schema)].filter((part) => part !== "").join(", ");
}

function boundsOf({ minimum, maximum, exclusiveMinimum, maxLength, default: fallback }: Schema): string[] {
  // What a number's type can hold is no limit of ours.
  const isOurs = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const low = isOurs(minimum) ? `${minimum}` : isOurs(exclusiveMinimum) ? `above ${exclusiveMinimum} ` : "";
  const high = isOurs(maximum) ? `${maximum}` : "";
  return [
    low === "" && high === "" ? "" : `${low}…${high}`,
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
    fallback === undefined ? "" : `default ${JSON.stringify(fallback)}`,
  ].filter((part) => part !== "");
}
