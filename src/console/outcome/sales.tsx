import { Card, Figure } from "../parts.tsx";
import { AS_SENT, amount, percent } from "./figures.ts";
import type { Listed } from "./lists.tsx";

interface SalesProps {
  lists: readonly Listed[];
  all: { purchases: number; value: number; customers: number };
}

/** What lists had a part in, of all that was sold. */
export function SalesCard({ lists, all }: SalesProps) {
  const sold = lists.reduce((sum, { value }) => sum + value, 0);
  const bought = lists.reduce((sum, { purchases }) => sum + purchases, 0);
  return (
    <Card
      title="Sales"
      note={`A purchase is a list's that names it, or whose item the same visitor clicked in it up to a day before; the last click counts. ${AS_SENT}`}
    >
      <dl class="figures">
        <Figure
          label="by lists"
          value={amount(sold)}
          meaning="Sum of the values that purchases were sent with, of those that a list had a part in."
        />
        <Figure
          label="share of all"
          value={percent(sold, all.value)}
          unit="%"
          meaning="Of the value of all purchases in this time."
        />
        <Figure
          label="purchases"
          value={bought.toLocaleString()}
          unit={`of ${all.purchases.toLocaleString()}`}
          meaning="That a list had a part in, of all."
        />
        <Figure
          label="per customer"
          value={all.customers === 0 ? "–" : amount(all.value / all.customers)}
          meaning="Value of all purchases by the number of those who bought."
        />
      </dl>
    </Card>
  );
}
