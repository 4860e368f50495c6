import { Await, Card, Empty, Time } from "../parts.tsx";
import type { Loaded } from "../use-loaded.ts";
import { VirtualTable } from "../virtual-rows.tsx";
import { ORDER, type Report, WORDS } from "./report.ts";

export function ChecksCard({ report }: { report: Loaded<Report> }) {
  if (report.error?.status === 404) {
    return (
      <Card title="Checks">
        <Empty>There is no report yet: the schedule makes one every hour.</Empty>
      </Card>
    );
  }
  const tables = Object.keys(report.data?.tables ?? {}).length;
  return (
    <Card
      title="Checks"
      note={`Of ${tables} tables, what is worst first. What fails keeps new models from going live.`}
    >
      <Await of={report} rows={14}>
        {({ at, checks }) => (
          <>
            <p>
              As of <Time ms={at} />: {checks.filter(({ status }) => status === "pass").length} of{" "}
              {checks.length} pass.
            </p>
            <VirtualTable
              caption="Checks of the lake"
              head={["", "Table", "Check", "What was found"]}
              widths={[16, 24, 22, 38]}
              rows={checks.toSorted((a, b) => ORDER[a.status] - ORDER[b.status])}
              keyOf={({ table, check, tenant }) => `${table} ${check} ${tenant}`}
            >
              {({ table, check, status, reason, examples = [] }) => (
                <>
                  <th scope="row">
                    <span class={`badge ${status}`}>{WORDS[status]}</span>
                  </th>
                  <td>
                    <code>{table}</code>
                  </td>
                  <td>{check}</td>
                  <td>
                    {reason}
                    {examples.length === 0 ? null : (
                      <small> For example {examples.slice(0, 3).join(", ")}.</small>
                    )}
                  </td>
                </>
              )}
            </VirtualTable>
          </>
        )}
      </Await>
    </Card>
  );
}

/** What the edge took against what each layer has of it. */
export function SumsCard({ report }: { report: Loaded<Report> }) {
  if (report.error?.status === 404) return null;
  return (
    <Card
      title="From the edge to the lake"
      note="Events are counted where they are accepted, delivered, stored and made unique; the counts of each hour have to agree."
    >
      <Await of={report}>
        {({ reconciliation: { hours_compared, hours_open, differences } }) => (
          <>
            <p>
              {hours_compared} hours agree or are told below; {hours_open} are not over yet.
            </p>
            {differences.length === 0 ? (
              <Empty>No hour differs.</Empty>
            ) : (
              differences.map(({ received_from, reason }) => (
                <p key={`${received_from} ${reason}`} class="failure">
                  {received_from}: {reason}
                </p>
              ))
            )}
          </>
        )}
      </Await>
    </Card>
  );
}
