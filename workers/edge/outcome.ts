import type { Contended } from "../../src/ops/index.ts";
import { ApiError } from "./errors.ts";

/** What the pipeline did; an error where others kept it from doing it. */
export function settled<T>(outcome: T | Contended): T {
  if (typeof outcome !== "object" || outcome === null || !("error" in outcome)) return outcome as T;
  throw new ApiError("unavailable", "others are changing the same all the time; repeat the call", {
    headers: { "retry-after": "1" },
  });
}

/** The record, or an error where there is none. */
export function found<T>(record: T | null, one: string, id: string): T {
  if (record === null) throw new ApiError("not_found", `there is no ${one} "${id}"`, { field: "id" });
  return record;
}
