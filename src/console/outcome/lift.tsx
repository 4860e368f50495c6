import { Card, Empty, Figure, Table, Time } from "../parts.tsx";
import { AS_SENT, amount, change, percent } from "./figures.ts";
import { type Interval, IntervalPlot } from "./interval-plot.tsx";

interface Comparison {
  personal: number | null;
  popular: number | null;
  lift: number | null;
  low: number | null;
  high: number | null;
  verdict: "early" | "better" | "worse";
}

interface Variant {
  visitors: number;
  clicked_visitors: number;
  lists: number;
  clicked_lists: number;
  value: number;
}

/** A scenario's lists against the popular list. */
export interface ScenarioLift {
  scenario: string;
  share: number;
  from: number;
  complete: boolean;
  skewed: boolean;
  personal: Variant;
  popular: Variant;
  click_rate: Comparison;
  value_per_visitor: Comparison;
}

const VERDICTS = {
  early: { words: "too early to tell", badge: "badge warn" },
  better: { words: "better than popularity", badge: "badge" },
  worse: { words: "worse than popularity", badge: "badge error" },
};

const SURE =
  "The interval holds the truth in 95 of 100 experiments, however often you look; a verdict needs all of it on one side of 0.";

/** Are lists worth more than what everybody gets? Told of each scenario that holds visitors out. */
export function LiftCard({ lifts }: { lifts: readonly ScenarioLift[] }) {
  return (
    <Card
      title="Lift over popularity"
      note="A share of the visitors, drawn by lot, is shown what is popular instead of personal lists. What the others do more is what personal lists are worth. You may look, and stop, whenever you like."
    >
      {lifts.length === 0 ? (
        <Empty>
          Every visitor gets personal lists, so there is nothing to hold them against. Open a{" "}
          <a href="#/scenarios">scenario</a> and hold out some of its visitors, say 10 %: they then see what
          is popular, and this page tells the difference.
        </Empty>
      ) : (
        lifts.map((lift) => <Scenario key={lift.scenario} {...lift} />)
      )}
    </Card>
  );
}

function Scenario(lift: ScenarioLift) {
  const { scenario, share, from, complete, skewed, click_rate, value_per_visitor } = lift;
  const intervals = [intervalOf("Clicks", click_rate), intervalOf("Sales per visitor", value_per_visitor)];
  const told = intervals.filter((interval) => interval !== null);
  return (
    <section class="lift" aria-label={`Lift of ${scenario}`}>
      <h3>{scenario}</h3>
      <p class="note">
        {amount(100 * share)} % of visitors held out, counted since <Time ms={from} />.
        {complete ? "" : " There is more than one look can hold: the figures are of the oldest part."}
      </p>
      {skewed ? <Skewed {...lift} /> : null}
      <dl class="figures">
        <LiftFigure
          label="clicks"
          of={click_rate}
          meaning={`How many more of the lists that were seen were clicked, than of the popular list. ${SURE}`}
        />
        <LiftFigure
          label="sales per visitor"
          of={value_per_visitor}
          meaning={`How much more visitors bought through lists than those with the popular list: of value, by visitor who saw a list. It counts what went through lists, also what would have been bought without them. ${SURE}`}
        />
      </dl>
      <p class="verdicts">
        <VerdictOf name="Clicks" of={click_rate} />
        <VerdictOf name="Sales per visitor" of={value_per_visitor} />
      </p>
      {told.length === 0 ? (
        <Empty>
          There is no interval yet: it takes 100 visitors of each kind, of whom some twenty clicked or bought.
        </Empty>
      ) : (
        <IntervalPlot label={`Lift of ${scenario} over popularity`} intervals={told} />
      )}
      <Variants {...lift} />
    </section>
  );
}

/** Nothing else is worth reading before this is put right. */
function Skewed({ share, personal, popular }: ScenarioLift) {
  return (
    <p class="failure" role="alert">
      The split is off: {percent(popular.visitors, popular.visitors + personal.visitors)} % of the visitors
      saw the popular list, not {amount(100 * share)} %, and chance does not do that. Trust no verdict here.
      Ask for lists with the same user, device and session ids that the beacon sends, and show both lists
      alike.
    </p>
  );
}

function LiftFigure({ label, of, meaning }: { label: string; of: Comparison; meaning: string }) {
  const { lift, low, high } = of;
  return (
    <Figure
      label={label}
      value={lift === null ? "–" : change(lift)}
      meaning={meaning}
      {...(low === null || high === null ? {} : { low: change(low), high: change(high) })}
    />
  );
}

function VerdictOf({ name, of }: { name: string; of: Comparison }) {
  const { words, badge } = VERDICTS[of.verdict];
  return (
    <span>
      {name}: <span class={badge}>{words}</span>
    </span>
  );
}

function intervalOf(name: string, { lift, low, high }: Comparison): Interval | null {
  return lift === null || low === null || high === null ? null : { name, value: lift, low, high };
}

const HEAD = [
  { name: "Shown", meaning: "Visitors are drawn by lot: each gets one of the two kinds." },
  { name: "Visitors", meaning: "Who saw at least one list of this kind." },
  { name: "Who clicked", meaning: "Of these visitors, those who clicked in a list." },
  { name: "Lists seen", meaning: "Lists of which a place was seen." },
  { name: "Clicked", meaning: "Of the lists seen, those with a click." },
  { name: "Sales", meaning: `Value of the purchases that went through these lists. ${AS_SENT}` },
  { name: "By visitor", meaning: "Sales by the number of visitors." },
];

function Variants({ scenario, personal, popular }: ScenarioLift) {
  const rows = [
    ["personal lists", personal],
    ["the popular list", popular],
  ] as const;
  return (
    <Table caption={`Variants of ${scenario}`} head={HEAD}>
      {rows.map(([name, of]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td class="number">{of.visitors.toLocaleString()}</td>
          <td class="number">{of.clicked_visitors.toLocaleString()}</td>
          <td class="number">{of.lists.toLocaleString()}</td>
          <td class="number">{percent(of.clicked_lists, of.lists)} %</td>
          <td class="number">{amount(of.value)}</td>
          <td class="number">{of.visitors === 0 ? "–" : amount(of.value / of.visitors)}</td>
        </tr>
      ))}
    </Table>
  );
}
