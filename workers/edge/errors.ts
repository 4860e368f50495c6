import type { z } from "zod";

export type ErrorCode =
  | "invalid_parameter"
  | "invalid_body"
  | "secret_key_in_url"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "too_large"
  | "rate_limited"
  | "internal"
  | "unavailable";

const STATUS: Record<ErrorCode, number> = {
  invalid_parameter: 400,
  invalid_body: 400,
  secret_key_in_url: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

export interface ErrorDetails {
  /** The parameter or the dotted path into the body. */
  field?: string;
  /** The limit that was exceeded: its value, or its name where the message holds the value. */
  limit?: number | string;
  headers?: Record<string, string>;
}

/** What the client is told; thrown anywhere in a handler and turned into the one error shape at the rim. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return STATUS[this.code];
  }

  toResponse(): Response {
    const { field, limit, headers } = this.details;
    const error = {
      code: this.code,
      message: this.message,
      ...(field === undefined ? {} : { field }),
      ...(limit === undefined ? {} : { limit }),
    };
    return Response.json({ error }, { status: this.status, headers: headers ?? {} });
  }
}

/** The first thing that is wrong, by its field, with the limit where it is one. */
export function schemaError(code: "invalid_parameter" | "invalid_body", error: z.ZodError): ApiError {
  const { field, message, limit } = firstIssue(error);
  const text = field === "" ? message : `${field}: ${message}`;
  return new ApiError(code, text, {
    ...(field === "" ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
  });
}

/** One thing that is wrong, by its field. */
export interface Issue {
  /** A parameter, or the dotted path into the body; empty: all of it. */
  field: string;
  message: string;
  limit?: number;
}

export function firstIssue(error: z.ZodError): Issue {
  return issuesOf(error)[0] ?? { field: "", message: "is invalid" };
}

/** All that is wrong, in the schema's order. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => {
    const bound =
      issue.code === "too_big" ? issue.maximum : issue.code === "too_small" ? issue.minimum : undefined;
    // zod says of unknown keys only that they are there, not where.
    const places = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [key]) : [[]];
    return places.map((place) => ({
      field: [...issue.path, ...place].map(String).join("."),
      message: issue.message,
      ...(bound === undefined ? {} : { limit: Number(bound) }),
    }));
  });
}
