import { ID_CHARS_MAX, RECOMMENDATION_ID_BYTES_MAX } from "../../src/base/index.ts";

/** A part of a path as the documents tell it. */
export interface PathParameter {
  name: string;
  in: "path";
  required: true;
  description: string;
  schema: { type: "string" | "integer"; minimum?: number; maxLength?: number; pattern?: string };
  example: string | number;
}

type Told = Pick<PathParameter, "description" | "example"> & { schema?: PathParameter["schema"] };

const TEXT = { type: "string" } as const;
const ID = { type: "string", maxLength: ID_CHARS_MAX } as const;
const AS_LISTED = "as its list shows it.";

/** By what stands before it in the path: what `{id}` means depends on that. */
const TOLD: Record<string, Told> = {
  "items/{id}": { description: "Your id of the item.", schema: ID, example: "item-1" },
  "users/{id}": { description: "Your id of the user.", schema: ID, example: "ann" },
  "keys/{hash}": {
    description: `The key's hash, ${AS_LISTED}`,
    example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  },
  "models/{version}": { description: `The version, ${AS_LISTED}`, example: "20261101T000000Z-f7cf6ddf" },
  "retrain/{run_id}": {
    description: "The run, as the call that started it answered.",
    example: "shop_admin_20261101T000000Z",
  },
  "recommendations/{id}": {
    description: "The `recommendation_id` of an answer, of an impression, or of an interaction in the lake.",
    schema: { type: "string", maxLength: RECOMMENDATION_ID_BYTES_MAX },
    example: "MQpzaG9wCmhvbWUKY29udHJvbAo.c2lnbmF0dXJl",
  },
  "scenarios/{name}": {
    description: "The scenario's name.",
    schema: { type: "string", pattern: "^[a-z0-9_-]{1,64}$" },
    example: "basket",
  },
  "versions/{version}": {
    description: "The number of the version.",
    schema: { type: "integer", minimum: 1 },
    example: 1,
  },
  "objects/{key}": {
    description: "The object's key, with its slashes.",
    example: "lake/silver/interactions/metadata/v1.metadata.json",
  },
  "jobs/{job}": { description: "The job's name.", example: "commit" },
  "namespaces/{ns}": { description: "A layer of the lake.", example: "silver" },
  "tables/{name}": {
    description: `The table's full name, ${AS_LISTED}`,
    example: "silver.interactions",
  },
  "tables/{table}": { description: "The table's name.", example: "interactions" },
};

/** The parameters of a path as OpenAPI writes them; throws for one that nobody has described. */
export function pathParameters(path: string): PathParameter[] {
  return [...path.matchAll(/(\w+)\/\{(\w+)\}/g)].map(([place, , name = ""]) => {
    const told = TOLD[place];
    if (told === undefined) throw new Error(`${path}: nothing tells what ${place} is`);
    return { name, in: "path", required: true, schema: TEXT, ...told };
  });
}
