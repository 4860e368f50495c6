import type { TableMetadata } from "./metadata-json.ts";
import type { IcebergTable } from "./types.ts";

/**
 * Answers of the Iceberg REST catalog (its OpenAPI document, `rest-catalog-open-api.yaml`), for reading only: JSON values, to
 * be sent as they are.
 */

/** `GET /v1/config`. `overrides` win over what the client has set: where the store is, and how to reach it. */
export function configResponse({
  defaults = {},
  overrides = {},
}: {
  defaults?: Record<string, string>;
  overrides?: Record<string, string>;
} = {}): ConfigResponse {
  return { defaults, overrides, endpoints: ENDPOINTS };
}

export interface ConfigResponse {
  defaults: Record<string, string>;
  overrides: Record<string, string>;
  endpoints: readonly string[];
}

/** What this view answers; a client asks for nothing else then. */
const ENDPOINTS: readonly string[] = [
  "GET /v1/{prefix}/namespaces",
  "GET /v1/{prefix}/namespaces/{namespace}",
  "HEAD /v1/{prefix}/namespaces/{namespace}",
  "GET /v1/{prefix}/namespaces/{namespace}/tables",
  "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
  "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
];

/** `GET /v1/namespaces`. Namespaces have one level here. */
export function namespacesResponse(names: readonly string[]): { namespaces: string[][] } {
  return { namespaces: names.map((name) => [name]) };
}

/** `GET /v1/namespaces/{namespace}`. */
export function namespaceResponse(name: string): { namespace: string[]; properties: Record<string, string> } {
  return { namespace: [name], properties: {} };
}

/** `GET /v1/namespaces/{namespace}/tables`. */
export function tablesResponse(
  namespace: string,
  names: readonly string[],
): { identifiers: { namespace: string[]; name: string }[] } {
  return { identifiers: names.map((name) => ({ namespace: [namespace], name })) };
}

export interface LoadTableResponse {
  "metadata-location": string;
  metadata: TableMetadata;
  config: Record<string, string>;
}

/** `GET /v1/namespaces/{namespace}/tables/{table}`. `config` says how to reach the store, for this table alone. */
export function loadTableResponse(
  table: IcebergTable,
  { metadataLocation, config = {} }: { metadataLocation: string; config?: Record<string, string> },
): LoadTableResponse {
  return { "metadata-location": metadataLocation, metadata: table.metadata, config };
}

/** Every refusal. `type` is the exception's name that clients know: `NoSuchTableException`, `NoSuchNamespaceException`, … */
export function errorResponse(
  code: number,
  type: string,
  message: string,
): { error: { message: string; type: string; code: number } } {
  return { error: { message, type, code } };
}
