import path from "node:path";
import { ROOT } from "../tidy/source-files.ts";

/** An operation of the OpenAPI document, as far as tests look at it. */
export interface Entry {
  path: string;
  method: string;
  operation: {
    operationId: string;
    tags: string[];
    security: Record<string, unknown>[];
    parameters?: { name: string; in: string; example?: string | number }[];
    requestBody?: { content: Record<string, { example?: unknown }> };
    responses: Record<string, unknown>;
  };
}

/** By its path at run time: what it is compiled with are the Workers' types, not Node's. */
export const { curlLine, entriesOf } = (await import(path.join(ROOT, "workers/edge/curl.ts"))) as {
  curlLine(entry: Entry, origin: string): string;
  entriesOf(document: unknown): Entry[];
};
