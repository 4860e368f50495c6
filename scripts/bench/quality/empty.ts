import type { Cases, Dataset } from "../../../src/learn/index.ts";
import type { LeftOut, ProtocolRows } from "../../data/protocol/index.ts";

/** What a protocol asks of rows that are to be found. */
const NEEDS: Record<ProtocolRows["task"], string> = {
  "next-item": "two items of a user for a test, three to fit on and for the validation",
  session:
    "two items of a session, and for the validation two sessions or more, of which the newest has them",
  "top-n": "a user with other rows: for a test, in both files",
  log: "a user with earlier rows, and an item that others had before the cut and the user did not",
};

/** Throws when figures would be those of no case at all, or of a model of no rows. */
export function refuseEmpty(
  { task, dataset }: Pick<ProtocolRows, "task" | "dataset">,
  { fitted, cases, on, leftOut }: { fitted: Dataset; cases: Cases; on: string; leftOut: LeftOut },
): void {
  const isWithoutCase = cases.targetRows.length === 0;
  if (!isWithoutCase && fitted.items.length > 0) return;
  const left = Object.entries(leftOut).map(([reason, rows]) => `${reason} ${rows}`);
  const of = `${dataset.items.length} rows of ${dataset.userIds.length} users`;
  throw new Error(
    [
      `${isWithoutCase ? `no ${on} case` : "nothing to fit on"}: none of ${of} will do`,
      `${task} needs ${NEEDS[task]}`,
      ...(left.length === 0 ? [] : [`rows left out: ${left.join(", ")}`]),
    ].join("; "),
  );
}
