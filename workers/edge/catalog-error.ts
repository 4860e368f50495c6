import type { ApiError, ErrorCode } from "./errors.ts";

/** Where the Iceberg REST catalog's view begins: what a client is given as its `uri`. */
export const CATALOG_PATH = "/v1/admin/lake/catalog";

export function isCatalogPath(path: string): boolean {
  return path === CATALOG_PATH || path.startsWith(`${CATALOG_PATH}/`);
}

/** The specification's names of what went wrong; tables and namespaces that are absent are the catalog's own answers. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  invalid_parameter: "BadRequestException",
  invalid_body: "BadRequestException",
  secret_key_in_url: "BadRequestException",
  unauthorized: "NotAuthorizedException",
  forbidden: "ForbiddenException",
  not_found: "NoSuchEndpointException",
  method_not_allowed: "UnsupportedOperationException",
  rate_limited: "SlowDownException",
  unavailable: "ServiceUnavailableException",
};

/** An error in the shape that the Iceberg REST specification gives (`IcebergErrorResponse`), for its clients parse no other. */
export function catalogError(error: ApiError): Response {
  const { code, status, message, details } = error;
  const type = TYPES[code] ?? "InternalServerError";
  const words =
    code === "method_not_allowed" ? `the catalog is a view, for reading only: ${message}` : message;
  return Response.json(
    { error: { message: words, type, code: status } },
    { status, headers: details.headers ?? {} },
  );
}
