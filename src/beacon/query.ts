import type { RecommendOptions, WhyOptions } from "./api.ts";

/** A question as the API names its parts. */
export interface Asked extends RecommendOptions, WhyOptions {
  user_id?: string;
  anonymous_id?: string;
  session_id?: string;
  user_token?: string | undefined;
  recent?: readonly string[];
  referrer?: string | undefined;
  recommendation_id?: string;
}

/** A query string of what is not undefined; lists are joined by commas. An id with one would arrive as two that nobody knows: it is left out. */
export function query(parameters: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    const told = Array.isArray(value) ? value.filter((one) => !one.includes(",")).join() || undefined : value;
    if (told !== undefined) search.set(name, `${told}`);
  }
  return search.toString();
}
