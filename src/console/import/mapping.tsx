import { useMemo, useState } from "preact/hooks";
import { EVENT_TYPES } from "../../events/index.ts";
import { type ColumnFacts, guessKind, KINDS, type Kind, proposeMapping } from "../../tabular/index.ts";
import { Columns } from "./columns.tsx";
import type { FileRow } from "./file.ts";
import { missingFields, type Plan, planOf } from "./plan.ts";
import { Preview } from "./preview.tsx";
import { KIND_WORDS } from "./words.ts";

/** What a file's rows are and what becomes of its columns: proposed, and mended by whoever knows the file. */
export function Mapping({ name, columns, sample, declared, onSend, onCancel }: MappingProps) {
  const [kind, setKind] = useState<Kind>(() => guessKind(columns));
  const [chosen, setChosen] = useState<ReadonlyMap<string, string | null>>(new Map());
  const [typeDefault, setTypeDefault] = useState("");
  const proposals = useMemo(() => proposeMapping(kind, columns, declared), [kind, columns, declared]);
  const final = proposals.map((one) =>
    chosen.has(one.column) ? { ...one, field: chosen.get(one.column) ?? null } : one,
  );
  const plan = planOf(kind, { columns, proposals: final, declared, typeDefault });
  const missing = missingFields(plan);
  const twice = repeatedFields(final.map(({ field }) => field));
  const hasType = final.some(({ field }) => field === "type");
  const left = final.filter(({ field }) => field === null).map(({ column }) => column);
  return (
    <>
      <p class="form">
        <label>
          The rows of {name} are{" "}
          <select
            value={kind}
            onChange={(event) => {
              setKind(KINDS.find((one) => one === event.currentTarget.value) ?? kind);
              setChosen(new Map());
            }}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {KIND_WORDS[one]}
              </option>
            ))}
          </select>
        </label>
        {kind !== "interactions" || hasType ? null : (
          <label>
            All of type{" "}
            <select value={typeDefault} onChange={(event) => setTypeDefault(event.currentTarget.value)}>
              <option value="">choose one</option>
              {[...Object.keys(EVENT_TYPES), ...declared].map((type) => (
                <option key={type}>{type}</option>
              ))}
            </select>
          </label>
        )}
      </p>
      <Columns
        {...{ kind, columns, proposals, chosen }}
        onChoose={(column, field) => setChosen(new Map(chosen).set(column, field))}
      />
      {left.length === 0 ? null : <p class="note">Left out: {left.join(", ")}.</p>}
      <h3>As they would be sent</h3>
      {missing.length === 0 && twice.length === 0 ? (
        <Preview plan={plan} sample={sample} />
      ) : (
        <p class="failure" role="status">
          {missing.length === 0 ? null : `Needed yet: ${missing.join("; ")}. `}
          {twice.length === 0 ? null : `More than one column becomes ${twice.join(", ")}.`}
        </p>
      )}
      <p class="note">{NOTES[kind]}</p>
      <p class="actions">
        <button
          type="button"
          class="main"
          disabled={missing.length > 0 || twice.length > 0}
          onClick={() => onSend(plan)}
        >
          Send all rows
        </button>
        <button type="button" onClick={onCancel}>
          Choose another file
        </button>
      </p>
    </>
  );
}

interface MappingProps {
  /** Of the file. */
  name: string;
  columns: readonly ColumnFacts[];
  sample: readonly FileRow[];
  declared: ReadonlySet<string>;
  onSend: (plan: Plan) => void;
  onCancel: () => void;
}

const NOTES: Record<Kind, string> = {
  interactions:
    "Only what visitors agreed to may be sent: each row counts as consent. Rows without a session get one for each visitor and day. The same file, sent twice, counts once.",
  items:
    "An item that is there already is replaced whole: fields that the file does not have are taken away.",
  users:
    "A user who is there already is replaced whole: attributes that the file does not have are taken away.",
};

/** Fields that several columns would become. */
function repeatedFields(fields: readonly (string | null)[]): string[] {
  return [
    ...new Set(fields.filter((field, at): field is string => field !== null && fields.indexOf(field) < at)),
  ];
}
