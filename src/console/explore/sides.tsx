import { Card, Empty } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { type Choice, overlapWords, type Subject, type Why, whyPath } from "./lists.ts";
import { Side, type Titles } from "./side.tsx";
import { SideChoice, useChoices } from "./side-choice.tsx";

/** The names by which the sides' choices stand in the address. */
const NAMES = [
  { title: "The list", scenario: "scenario", model: "model" },
  { title: "Beside it", scenario: "scenario2", model: "model2" },
] as const;

/** Two lists of one user or item, each under a scenario and a model version of its own, with what differs marked. */
export function Sides({ of, address, change, titleOf }: SidesProps) {
  const about = address.get("about") ?? "";
  const [left, right] = NAMES.map(({ scenario, model }) => ({
    scenario: address.get(scenario) ?? "",
    model: address.get(model) ?? "",
  })) as [Choice, Choice];
  const choices = useChoices();
  const isSame = left.scenario === right.scenario && left.model === right.model;
  const lists = [
    useLoaded<Why>(whyPath(of, left, about)),
    // Reasons take many runs of the model: not twice for the same.
    useLoaded<Why>(isSame ? null : whyPath(of, right, about)),
  ] as const;
  const items = lists.map(({ data }) => data?.items);
  const listed = new Map(items.flatMap((each = []) => each.map(({ item_id, title }) => [item_id, title])));
  const nameOf: Titles = (itemId) => listed.get(itemId) ?? titleOf(itemId);
  return (
    <>
      <p role="status" class="note">
        {items[0] === undefined || items[1] === undefined ? "" : overlapWords(items[0], items[1])}
      </p>
      <div class="columns">
        {NAMES.map((names, side) => (
          <Card key={names.title} title={names.title}>
            <SideChoice
              of={choices}
              choice={side === 0 ? left : right}
              change={({ scenario, model }) => change({ [names.scenario]: scenario, [names.model]: model })}
            />
            {side === 1 && isSame ? (
              <Empty>Choose another scenario or model version here, to see two lists side by side.</Empty>
            ) : (
              <Side
                of={of}
                list={lists[side === 0 ? 0 : 1]}
                beside={items[side === 0 ? 1 : 0]}
                {...{ about, titleOf: nameOf, choice: side === 0 ? left : right }}
              />
            )}
          </Card>
        ))}
      </div>
    </>
  );
}

interface SidesProps {
  of: Subject;
  address: URLSearchParams;
  change: (changes: Record<string, string>) => void;
  titleOf: Titles;
}
