import { Card, Empty, Table } from "../parts.tsx";
import { AS_SENT, amount, percent, wilson } from "./figures.ts";

/** Lists of one scenario, variant and kind. */
export interface Listed {
  scenario: string;
  variant: string;
  source: "model" | "common";
  lists: number;
  places: number;
  clicked_lists: number;
  clicks: number;
  purchases: number;
  value: number;
}

const HEAD = [
  "Scenario",
  {
    name: "Variant",
    meaning:
      "Personal and popular: where a scenario holds some visitors out, what these and the others got. Control: everywhere else.",
  },
  { name: "Kind", meaning: "Personal: the model had a part. Common: the list is the same for everybody." },
  { name: "Seen", meaning: "Lists of which a visitor saw a place." },
  { name: "Places", meaning: "Items that were seen in these lists." },
  { name: "Clicked", meaning: "Of the lists that were seen, those with a click." },
  {
    name: "95 %",
    meaning: "The share that was clicked, with its uncertainty: 95 of 100 such intervals hold the true one.",
  },
  {
    name: "Purchases",
    meaning: "That a list had a part in: it was named, or its item clicked up to a day before.",
  },
  { name: "Value", meaning: `Sum of the values of these purchases. ${AS_SENT}` },
];

/** What became of the lists that were seen. */
export function ListsCard({ lists }: { lists: readonly Listed[] }) {
  return (
    <Card
      title="Lists"
      note="By scenario and variant. Personal and common lists are seen by different visitors: what lies between them is no effect of the model; only the lift above tells that."
    >
      {lists.length === 0 ? (
        <Empty>
          No list was seen in this time. Impressions come from the beacon, where lists are marked data-ls-rec
          and data-ls-item.
        </Empty>
      ) : (
        <Table caption="Lists by scenario" head={HEAD}>
          {lists.map((one) => (
            <ListRow key={`${one.scenario} ${one.variant} ${one.source}`} {...one} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function ListRow(one: Listed) {
  const [low, high] = wilson(one.clicked_lists, one.lists);
  return (
    <tr>
      <th scope="row">{one.scenario}</th>
      <td>{one.variant}</td>
      <td>{one.source === "model" ? "personal" : "common"}</td>
      <td class="number">{one.lists.toLocaleString()}</td>
      <td class="number">{one.places.toLocaleString()}</td>
      <td class="number">{percent(one.clicked_lists, one.lists)} %</td>
      <td class="number">
        {one.lists === 0 ? "–" : `${(100 * low).toFixed(1)} … ${(100 * high).toFixed(1)}`}
      </td>
      <td class="number">{one.purchases.toLocaleString()}</td>
      <td class="number">{amount(one.value)}</td>
    </tr>
  );
}
