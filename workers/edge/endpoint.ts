import type { z } from "zod";
import type { KeyKind } from "../../src/events/index.ts";
import type { ServingPorts, Timeline } from "../../src/serving/index.ts";
import type { Access } from "./access.ts";
import type { Env } from "./bindings.ts";
import type { BodyLimit } from "./body.ts";
import type { Rate } from "./rate.ts";
import type { Said } from "./served.ts";

type Query = z.ZodObject;

/** What a handler is given. `tenant` and `keyKind` are the key's; empty on routes without one. */
export interface Call<Q extends Query = Query, B extends z.ZodType = z.ZodType> {
  tenant: string;
  keyKind: KeyKind;
  /** For the audit: `root`, or the beginning of the secret key's hash; empty before a key is checked. */
  actor: string;
  query: z.output<Q>;
  /** A part of the path by its name in braces; longer than `charsMax` (`ID_CHARS_MAX`) is an error. */
  param(name: string, charsMax?: number): string;
  /** The body as JSON, unchecked: where each element is judged by itself. */
  json(): Promise<unknown>;
  /** The body by its schema; an error names the field. */
  body(): Promise<z.output<B>>;
  request: Request;
  env: Env;
  ports: ServingPorts;
  timeline: Timeline;
  /** What the handler tells of its answer, to be counted once the key has proved good. */
  said: Said;
}

/** One route: what it takes, who may call it, what it gives. The documents and the checks are made from this alone. */
export interface Endpoint<Q extends Query = Query, B extends z.ZodType = z.ZodType> {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** As OpenAPI writes it: `/v1/items/{id}`; `{key*}` takes slashes too. A GET answers HEAD as well. */
  path: string;
  tag: "events" | "answers" | "catalogue" | "admin" | "lake" | "service";
  summary: string;
  access: Access;
  rate?: Rate;
  /** The handler runs beside the key's check; its outcome is held back until the check has succeeded. It may remember what it found, as for anybody
   * with a publishable key, and changes nothing else. */
  besideKeyCheck?: boolean;
  query?: Q;
  /** Parameters of a call that is worth pasting, for the documents. */
  exampleQuery?: Record<string, string | number>;
  /** Where either kind of key will do, the documents' example takes the publishable one; but this. */
  exampleKey?: "secret";
  /** `example` is of JSON, or makes it for a time. */
  body?: { schema: B; limit: BodyLimit; required?: boolean; example?: unknown };
  /** Of the success. */
  status?: number;
  /** Whether it may answer that there is nothing by a name; otherwise where its path has a part to be filled in. */
  mayMiss?: boolean;
  answer: z.ZodType;
  handle(call: Call<Q, B>): Promise<unknown>;
}

/** Ties a handler to the types of its own schemas; in a list they are all of one type. */
export function endpoint<Q extends Query, B extends z.ZodType>(definition: Endpoint<Q, B>): Endpoint {
  return definition as unknown as Endpoint;
}

/** Matches the addresses of an endpoint's path. */
export function pathPattern(path: string): RegExp {
  const pattern = path
    .replaceAll(".", "\\.")
    .replace(/\{\w+\*\}/g, ".+")
    .replace(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${pattern}$`);
}

/** The path as OpenAPI knows it, which has no parameter with slashes. */
export function documentedPath(path: string): string {
  return path.replaceAll("*}", "}");
}
