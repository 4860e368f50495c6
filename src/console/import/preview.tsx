import { Table } from "../parts.tsx";
import type { FileRow } from "./file.ts";
import { convert, type Plan } from "./plan.ts";
import { fieldWords, KIND_ROWS } from "./words.ts";

const ROWS_SHOWN = 5;
/** Stands for the id that each event gets when it is sent. */
const ANY_EVENT_ID = "00000000-0000-7000-8000-000000000000";

interface Judged {
  row: number;
  sent: Record<string, unknown>;
  reason: string | null;
}

/** The first rows as they would be sent, and how many of the sample would be taken. */
export function Preview({ plan, sample }: { plan: Plan; sample: readonly FileRow[] }) {
  const judged = sample.map((row) => judge(plan, row));
  const refused = judged.filter(({ reason }) => reason !== null);
  const fields = [...new Set(plan.fields.values())];
  return (
    <>
      <p role="status">
        Of the first {sample.length} rows {sample.length - refused.length} can be sent as{" "}
        {KIND_ROWS[plan.kind]}.
        {refused.length === 0
          ? null
          : ` ${refused.length} would be refused, such as row ${refused[0]?.row}: ${refused[0]?.reason}.`}
      </p>
      <Table
        caption="First rows as they would be sent"
        head={["Row", ...fields.map((field) => fieldWords(plan.kind, field))]}
      >
        {judged.slice(0, ROWS_SHOWN).map(({ row, sent, reason }) => (
          <tr key={row}>
            <th scope="row">
              {row}
              {reason === null ? null : <span class="badge error refused">refused</span>}
            </th>
            {fields.map((field) => (
              <td key={field} class="cut">
                {cellText(valueAt(sent, field))}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </>
  );
}

function judge(plan: Plan, { row, values, error }: FileRow): Judged {
  if (values === undefined) return { row, sent: {}, reason: error ?? "cannot be read" };
  const checked = convert(plan, values, { eventId: ANY_EVENT_ID, sentAtMs: 0 });
  if ("reason" in checked) return { row, sent: {}, reason: checked.reason };
  return { row, sent: { ...checked.value }, reason: null };
}

function valueAt(sent: Record<string, unknown>, field: string): unknown {
  const [name = "", entry] = field.split(".", 2);
  const value = sent[name];
  if (entry === undefined) return name.endsWith("_at") && typeof value === "number" ? new Date(value) : value;
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === entry)?.[1]
    : undefined;
}

/** Times in UTC, as they count. */
function cellText(value: unknown): string {
  if (value === undefined) return "–";
  if (value instanceof Date)
    return value
      .toISOString()
      .replace("T", " ")
      .replace(/\.000Z$/, "Z");
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
