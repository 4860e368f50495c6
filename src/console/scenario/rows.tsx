import { useRef } from "preact/hooks";
import { problemAt } from "./check.ts";
import {
  keyPathOf,
  ofField,
  ofOperator,
  pathOf,
  type Row,
  type Term,
  termsOf,
  whereOf,
  withRow,
} from "./conditions.ts";
import { type Path, valueAt } from "./config.ts";
import { isOperator, kindOf, OPERATORS, operandOf, operatorWords } from "./fields.ts";
import { type Form, Typed } from "./inputs.tsx";
import { NEEDED_TEXT, operandNotation } from "./notation.ts";

/** The id of the list of fields that rows offer. */
export const FIELDS_LIST = "item-fields";

interface ConditionsProps {
  form: Form;
  path: Path;
  /** What hangs on the conditions, for those who hear them: `Only items`. */
  of: string;
}

/** Conditions on items, of which all must hold, each a row; what no row can say is shown as it is written. */
export function Conditions({ form, path, of }: ConditionsProps) {
  const add = useRef<HTMLButtonElement>(null);
  const terms = termsOf(valueAt(form.config, path));
  const problem = problemAt(form.problems, path, false);
  if (terms === null) return <p class="note">This is no condition that the form can show: see it as JSON.</p>;
  const change = (next: readonly Term[]) => form.set(path, whereOf(next));
  return (
    <>
      {problem === undefined ? null : <small class="wrong">{problem}</small>}
      <ul class="rows" aria-label={`${of}: conditions`}>
        {terms.map((term, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is what stands at its place, and keeps the cursor while its name changes
          <li key={at}>
            {term.isRow ? (
              <ConditionRow
                row={term}
                number={at + 1}
                problem={problemOf(form, path, term)}
                onRow={(row) => change(terms.with(at, row))}
              />
            ) : (
              <p class="as-json">
                <code>{JSON.stringify({ [term.key]: term.value })}</code>{" "}
                <small>more in JSON: {problemOf(form, path, term) ?? "kept as it is"}</small>
              </p>
            )}
            <button
              type="button"
              aria-label={`Remove condition ${at + 1}`}
              title="Remove"
              onClick={() => {
                change(terms.toSpliced(at, 1));
                add.current?.focus();
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <button ref={add} type="button" onClick={() => change(withRow(terms))}>
        Add a condition
      </button>
    </>
  );
}

function problemOf(form: Form, path: Path, term: Term): string | undefined {
  const within = problemAt(form.problems, [...path, ...pathOf(term)], true);
  if (within !== undefined || !term.isRow) return within;
  if (term.field === "") return "choose a field";
  // A name that is no field is told of by the name's own place.
  return problemAt(form.problems, [...path, ...keyPathOf(term)], false);
}

interface ConditionRowProps {
  row: Row;
  number: number;
  problem: string | undefined;
  onRow(row: Row): void;
}

function ConditionRow({ row, number, problem, onRow }: ConditionRowProps) {
  const kind = kindOf(row.field);
  const operand = operandOf(row.operator);
  const label = `Value of condition ${number}`;
  return (
    <>
      <Typed
        label={`Field of condition ${number}`}
        isLabelHidden
        list={FIELDS_LIST}
        placeholder="price"
        notation={NEEDED_TEXT}
        value={row.field}
        onValue={(field) => onRow(ofField(row, String(field)))}
      />
      <select
        aria-label={`Operator of condition ${number}`}
        value={row.operator}
        onChange={({ currentTarget: { value } }) => {
          if (isOperator(value, kind)) onRow(ofOperator(row, value));
        }}
      >
        {OPERATORS[kind].map((operator) => (
          <option key={operator} value={operator}>
            {operatorWords(operator, kind)}
          </option>
        ))}
      </select>
      {operand === "yes or no" ? (
        <div class="field">
          <select
            aria-label={label}
            value={String(row.value)}
            onChange={(event) => onRow({ ...row, value: event.currentTarget.value === "true" })}
          >
            <option value="true">yes</option>
            <option value="false">no</option>
          </select>
          {problem === undefined ? null : <small class="wrong">{problem}</small>}
        </div>
      ) : (
        <Typed
          label={label}
          isLabelHidden
          placeholder={operand === "several" ? "a, b, c" : kind === "time" ? "30d ago, 2026-01-31" : ""}
          notation={operandNotation(kind, operand)}
          value={row.value}
          problem={problem}
          onValue={(value) => onRow({ ...row, value })}
        />
      )}
    </>
  );
}
