import * as z from "zod";
import { ID_CHARS_MAX } from "../base/index.ts";

/** Half of a character: no UTF-8 has a form for it, so two such ids would be stored as one. */
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * An id that the tenant gives to an item, a user, a device or a visit: any text that can stand in an address. `.` and `..`
 * cannot: every client makes another path of them.
 */
export const idSchema = z
  .string()
  .min(1)
  .max(ID_CHARS_MAX)
  .refine((id) => id !== "." && id !== "..", 'must not be "." or ".."')
  .refine((id) => !LONE_SURROGATE.test(id), "must be well-formed Unicode: it holds half a surrogate pair");
