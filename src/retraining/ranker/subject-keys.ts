import { fnv1a32 } from "../../base/index.ts";
import type { Dataset } from "../../learn/index.ts";

/** Who each user of the run's data set is, which its own file does not tell. */
export const SUBJECT_KEYS_FILE = "subject-keys.bin";

/** 53 bits of a subject's name: of a million subjects one pair in 20,000 runs is taken for the same. */
function keyOf(subject: string): number {
  return fnv1a32(subject) * 2 ** 21 + (fnv1a32(`ranker:${subject}`) >>> 11);
}

/** [users] 8 B each. */
export function encodeSubjectKeys(userIds: readonly string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float64Array.from(userIds, keyOf).buffer);
}

/** Subject → user, of those with a row since `sinceMs`: nobody else has a list that anything followed. */
export function subjectIndex(
  file: Uint8Array<ArrayBuffer>,
  { userStart, timesMs }: Pick<Dataset, "userStart" | "timesMs">,
  sinceMs: number,
): (subject: string) => number | undefined {
  const keys = new Float64Array(file.slice().buffer);
  const users = new Map<number, number>();
  for (const [user, key] of keys.entries()) {
    const end = userStart[user + 1] as number;
    if (end > (userStart[user] as number) && (timesMs[end - 1] as number) >= sinceMs) users.set(key, user);
  }
  return (subject) => users.get(keyOf(subject));
}
