import { Await, Empty } from "../parts.tsx";
import type { Loaded } from "../use-loaded.ts";
import { ItemRow, PlainList, SIGHT_FIELDS } from "./items.tsx";
import { type Choice, differenceOf, differenceWords, type Listed, type Subject, type Why } from "./lists.ts";
import { versionWords } from "./side-choice.tsx";
import { absenceWords, reasonWords, SOURCES } from "./words.ts";

export type Titles = (itemId: string) => string;

interface SideProps {
  of: Subject;
  list: Loaded<Why>;
  /** The other side's items. */
  beside: readonly Listed[] | undefined;
  about: string;
  choice: Choice;
  titleOf: Titles;
}

/** One list, with the reason for each place and what differs from the list beside it. */
export function Side({ of, list, beside, about, choice, titleOf }: SideProps) {
  return (
    <Await of={list} rows={10}>
      {(why) => (
        <>
          <p class="note">{howMade(why, choice)}</p>
          {about === "" ? null : <About why={why} itemId={about} titleOf={titleOf} />}
          {why.items.length > 0 ? null : why.degraded === undefined || of.kind === "item" ? (
            <Empty>The list is empty.</Empty>
          ) : (
            <>
              <p class="note">What they get meanwhile:</p>
              <PlainList path={plainPath(of, choice)} empty="Nothing can be shown yet." />
            </>
          )}
          <ol class="list">
            {why.items.map((item) => (
              <ItemRow
                key={item.item_id}
                item={item}
                beside={<Marks item={item} beside={beside} />}
                facts={<Score of={item.score} />}
              >
                <p class="note">{reasonWords(item, titleOf).join(" · ")}</p>
              </ItemRow>
            ))}
          </ol>
        </>
      )}
    </Await>
  );
}

function howMade(
  { model_version: version, variant, qualifying, relaxed, degraded }: Why,
  { model }: Choice,
): string {
  const parts = [
    version === null
      ? "No model had a part."
      : `${model === "" ? "The live model" : "The model"} of ${versionWords(version)}.`,
    ...(variant === "popular"
      ? ["An experiment gives this visitor what is popular, to tell what the model is worth."]
      : []),
    ...(qualifying === null ? [] : [`${qualifying.toLocaleString()} items may stand in it.`]),
    ...(relaxed.length === 0 ? [] : [`Too few qualified, so this was given up: ${relaxed.join(", ")}.`]),
    ...(degraded === undefined ? [] : [`${degraded.detail}.`]),
  ];
  return parts.join(" ");
}

function plainPath({ id }: Subject, { scenario }: Choice): string {
  const query = new URLSearchParams({ user_id: id, fields: SIGHT_FIELDS });
  if (scenario !== "") query.set("scenario", scenario);
  return `/v1/recommendations?${query}`;
}

function Score({ of }: { of: number }) {
  return (
    <>
      {" · "}
      <abbr title="Standard deviations above the mean of all items that may stand in the list.">score</abbr>{" "}
      {of.toFixed(2)}
    </>
  );
}

function Marks({ item, beside }: { item: Listed; beside: readonly Listed[] | undefined }) {
  const difference = beside === undefined ? 0 : differenceOf(item, beside);
  const words = differenceWords(difference);
  const kind = difference === "only" ? "only" : difference > 0 ? "higher" : "lower";
  return (
    <>
      <span class="badge" title={SOURCES[item.source] ?? ""}>
        {item.source}
      </span>{" "}
      {words === null ? null : (
        <span class={`badge ${kind}`} title="Against the other list.">
          {words}
        </span>
      )}
    </>
  );
}

/** Of the item that somebody misses. */
function About({ why, itemId, titleOf }: { why: Why; itemId: string; titleOf: Titles }) {
  const listed = why.items.find(({ item_id }) => item_id === itemId);
  const missing = why.not_listed.find(({ item_id }) => item_id === itemId);
  const words =
    listed !== undefined
      ? `stands at place ${listed.rank}.`
      : missing === undefined
        ? "cannot be told of just now."
        : `is not in this list: ${absenceWords(missing.reason, missing.rank_before)}.`;
  const more = missing === undefined ? [] : reasonWords({ ...missing, rank_before: null }, titleOf);
  return (
    <p class="made" role="status">
      <b>{titleOf(itemId)}</b> {words} {more.join(" · ")}
    </p>
  );
}
