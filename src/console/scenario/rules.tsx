import { useId } from "preact/hooks";
import { type Path, valueAt } from "./config.ts";
import { Entry, type Form } from "./inputs.tsx";
import { List } from "./list.tsx";
import { NEEDED_NUMBER, NEEDED_TEXT, NUMBER, TEXT } from "./notation.ts";
import { Conditions, FIELDS_LIST } from "./rows.tsx";

const FILTER: Path = ["rules", "filter"];

/** What may come into lists: before the model's best are taken, so that a filter is exact. */
export function Filters({ form }: { form: Form }) {
  const isNamed = Array.isArray(valueAt(form.config, FILTER));
  return (
    <fieldset>
      <legend>Only these items</legend>
      <p class="note">All of it must hold. What is sold out or hidden never comes, without a condition.</p>
      {isNamed ? (
        <List form={form} path={FILTER} one="filter" fresh={(count) => ({ name: `filter-${count + 1}` })}>
          {(path) => (
            <>
              <Entry form={form} path={[...path, "name"]} label="Name" notation={NEEDED_TEXT} />
              <Conditions form={form} path={[...path, "where"]} of="Only items" />
            </>
          )}
        </List>
      ) : (
        <Conditions form={form} path={FILTER} of="Only items" />
      )}
    </fieldset>
  );
}

/** What comes earlier than the model alone would have it. */
export function Boosts({ form }: { form: Form }) {
  return (
    <fieldset>
      <legend>These earlier, or later</legend>
      <p class="note">
        For items of which all of it holds. In standard deviations of the model's scores: 0.5 is a nudge, 2 is
        hard to pass; negative comes later.
      </p>
      <List form={form} path={["rules", "boost"]} one="boost" fresh={() => ({ by: 0.5 })}>
        {(path) => (
          <>
            <Conditions form={form} path={[...path, "where"]} of="Boosted items" />
            <Entry
              form={form}
              path={[...path, "by"]}
              label="By"
              hint="−10 … 10 standard deviations"
              inputMode="decimal"
              notation={NEEDED_NUMBER}
            />
            <Entry form={form} path={[...path, "name"]} label="Name, for why" notation={TEXT} />
          </>
        )}
      </List>
    </fieldset>
  );
}

/** What stands at a place whatever the model says. */
export function Pins({ form }: { form: Form }) {
  return (
    <fieldset>
      <legend>This item at that place</legend>
      <p class="note">Where the conditions above let it come. Beside a pin nothing is explored.</p>
      <List
        form={form}
        path={["rules", "pin"]}
        one="pin"
        fresh={(count) => ({ item_id: "", position: count + 1 })}
      >
        {(path) => (
          <>
            {valueAt(form.config, [...path, "where"]) === undefined ? (
              <Entry
                form={form}
                path={[...path, "item_id"]}
                label="Item's id"
                placeholder="sku-1"
                notation={NEEDED_TEXT}
              />
            ) : (
              <Conditions form={form} path={[...path, "where"]} of="The best of the items" />
            )}
            <Entry
              form={form}
              path={[...path, "position"]}
              label="Place"
              hint="1 is the first"
              inputMode="numeric"
              notation={NEEDED_NUMBER}
            />
          </>
        )}
      </List>
    </fieldset>
  );
}

/** What makes a list varied. */
export function Mix({ form }: { form: Form }) {
  return (
    <fieldset>
      <legend>A varied list</legend>
      <List form={form} path={["rules", "cap"]} one="cap" fresh={() => ({ field: "brand", max: 2 })}>
        {(path) => (
          <>
            <Entry
              form={form}
              path={[...path, "field"]}
              label="Of the same"
              list={FIELDS_LIST}
              notation={NEEDED_TEXT}
            />
            <Entry
              form={form}
              path={[...path, "max"]}
              label="At most"
              hint="items"
              inputMode="numeric"
              notation={NEEDED_NUMBER}
            />
          </>
        )}
      </List>
      <Diversity form={form} />
      <div class="fields">
        <Entry
          form={form}
          path={["rules", "rotation", "within"]}
          label="Shown before: rest for"
          hint="such as 12h or 2d; empty: not at all"
          placeholder="2d"
          notation={TEXT}
        />
        <Entry
          form={form}
          path={["rules", "rotation", "weight"]}
          label="and come later by"
          hint="standard deviations; empty: do not come"
          inputMode="decimal"
          notation={NUMBER}
        />
        <Entry
          form={form}
          path={["rules", "min_score"]}
          label="Least score"
          hint="standard deviations above the average item; empty: none"
          inputMode="decimal"
          notation={NUMBER}
        />
      </div>
    </fieldset>
  );
}

const DIVERSITY: Path = ["rules", "diversity"];

function Diversity({ form }: { form: Form }) {
  const id = useId();
  const given = valueAt(form.config, DIVERSITY);
  const weight = typeof given === "number" ? given : 0;
  return (
    <div class="field">
      <label for={id}>Diversity: {weight}</label>
      <input
        id={id}
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={weight}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget: { valueAsNumber } }) =>
          form.set(DIVERSITY, valueAsNumber === 0 ? undefined : valueAsNumber)
        }
      />
      <small id={`${id}-hint`}>0: by score alone; 1: as unlike each other as can be</small>
    </div>
  );
}
