import { valueAt } from "./config.ts";
import { FallbackOrder } from "./fallback-order.tsx";
import { CARRIED } from "./fields.ts";
import { Entry, type Form } from "./inputs.tsx";
import { NUMBER, PERCENT, TEXT } from "./notation.ts";

/** What a list is like, whatever stands in it. */
export function Settings({ form }: { form: Form }) {
  return (
    <fieldset>
      <legend>The list</legend>
      <Entry
        form={form}
        path={["description"]}
        label="Description"
        placeholder="Beside the basket: in stock, not too dear"
        notation={TEXT}
      />
      <div class="fields">
        <Entry
          form={form}
          path={["limit"]}
          label="Length"
          hint="items, where the page asks for no number"
          inputMode="numeric"
          notation={NUMBER}
        />
        <Entry
          form={form}
          path={["exploration", "share"]}
          label="Exploration"
          hint="% of the first 16 places, six of them at most, go to items of which little is known; up to 50"
          inputMode="decimal"
          notation={PERCENT}
        />
        <Entry
          form={form}
          path={["holdout", "share"]}
          label="Visitors held out"
          hint="% of the visitors, who get the most popular items instead, so that the lift can be measured"
          inputMode="decimal"
          notation={PERCENT}
        />
      </div>
      <CarriedFields form={form} />
      <label class="check">
        <input
          type="checkbox"
          checked={valueAt(form.config, ["repeat"]) === true}
          onChange={(event) => form.set(["repeat"], event.currentTarget.checked || undefined)}
        />{" "}
        Items that the visitor has looked at or bought may come again
      </label>
      <FallbackOrder form={form} />
    </fieldset>
  );
}

function CarriedFields({ form }: { form: Form }) {
  const given = valueAt(form.config, ["fields"]);
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  return (
    <fieldset class="checks">
      <legend>What is told of each item, where the page asks for nothing</legend>
      {CARRIED.map((field) => (
        <label key={field} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(field)}
            onChange={(event) => {
              const others = chosen.filter((one) => one !== field);
              const next = event.currentTarget.checked ? [...others, field] : others;
              form.set(["fields"], next.length === 0 ? undefined : next);
            }}
          />{" "}
          {field}
        </label>
      ))}
    </fieldset>
  );
}
