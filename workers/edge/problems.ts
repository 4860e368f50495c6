import * as z from "zod";
import type { Endpoint } from "./endpoint.ts";

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      field: z.string().optional().describe("The parameter, or the dotted path into the body."),
      limit: z.union([z.number(), z.string()]).optional().describe("The limit that was exceeded."),
    }),
  })
  .meta({ id: "Error" });

/** What an error of each kind means, under the name that the documents share it by. */
const PROBLEMS = {
  400: { name: "BadRequest", description: "A parameter or a part of the body is wrong: `field` names it." },
  401: { name: "Unauthorized", description: "The key or token is missing, unknown or revoked." },
  403: { name: "Forbidden", description: "The key is of the wrong kind, or not for this origin." },
  404: { name: "NotFound", description: "There is nothing by that name." },
  409: { name: "Conflict", description: "It is there already, or is not what the caller expected." },
  413: { name: "TooLarge", description: "More than a request may carry: `limit` says how much that is." },
  429: { name: "RateLimited", description: "Too many requests: `Retry-After` says when to come again." },
  default: { name: "Failure", description: "Something failed on our side, or could not be asked now." },
} as const;

type Problem = keyof typeof PROBLEMS;

export function jsonContent(schema: object) {
  return { "application/json": { schema } };
}

export function sharedResponses(error: object): Record<string, object> {
  return Object.fromEntries(
    Object.values(PROBLEMS).map(({ name, description }) => [
      name,
      { description, content: jsonContent(error) },
    ]),
  );
}

export function responseOf(problem: Problem): { $ref: string } {
  return { $ref: `#/components/responses/${PROBLEMS[problem].name}` };
}

/** The client errors that a call of the endpoint may meet. */
export function problemsOf(endpoint: Endpoint): Problem[] {
  const { access, path, method, rate, body, mayMiss = path.includes("{") } = endpoint;
  const mayMeet: [Problem, boolean][] = [
    // Also of what takes nothing: a secret key in the address is refused everywhere.
    [400, true],
    [401, access !== "open"],
    [403, access === "publishable" || access === "secret" || access === "secret_or_root"],
    [404, mayMiss],
    [409, access !== "publishable" && method !== "get"],
    [413, body !== undefined],
    [429, rate !== undefined],
  ];
  return mayMeet.filter(([, may]) => may).map(([problem]) => problem);
}
