import { Await, Card, Empty, Page, Table, Time } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Report {
  at: number;
  complete: boolean;
  tables: Record<string, { snapshot_id: number | null }>;
  checks: {
    table: string;
    check: string;
    status: "pass" | "warn" | "error" | "unknown";
    reason: string;
    examples?: string[];
  }[];
  reconciliation: {
    hours_compared: number;
    hours_open: number;
    differences: { received_from: string; reason: string }[];
  };
}

const ORDER = { error: 0, warn: 1, unknown: 2, pass: 3 };
const WORDS = {
  error: "Stops new models",
  warn: "Worth a look",
  unknown: "Too little to tell",
  pass: "Good",
};

/** Can the data be trusted? */
export function DataPage() {
  const report = useLoaded<Report>("/v1/admin/quality");
  if (report.error?.status === 404) {
    return (
      <Page question="Can the data be trusted?">
        <Card title="Checks">
          <Empty>There is no report yet: the schedule makes one every hour.</Empty>
        </Card>
      </Page>
    );
  }
  return (
    <Page question="Can the data be trusted?">
      <Await of={report} rows={8}>
        {({ at, checks, reconciliation, tables }) => (
          <>
            <Card
              title="Checks"
              note={`Of ${Object.keys(tables).length} tables. What fails keeps new models from going live.`}
            >
              <p>
                As of <Time ms={at} />: {checks.filter(({ status }) => status === "pass").length} of{" "}
                {checks.length} pass.
              </p>
              <Table caption="Checks of the lake" head={["", "Table", "Check", "What was found"]}>
                {checks
                  .toSorted((a, b) => ORDER[a.status] - ORDER[b.status])
                  .map(({ table, check, status, reason, examples = [] }) => (
                    <tr key={`${table} ${check}`}>
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
                    </tr>
                  ))}
              </Table>
            </Card>
            <Card
              title="From the edge to the lake"
              note="Events are counted where they are accepted, delivered, stored and made unique; the counts of each hour have to agree."
            >
              <p>
                {reconciliation.hours_compared} hours agree or are told below; {reconciliation.hours_open} are
                not over yet.
              </p>
              {reconciliation.differences.length === 0 ? (
                <Empty>No hour differs.</Empty>
              ) : (
                reconciliation.differences.map(({ received_from, reason }) => (
                  <p key={`${received_from} ${reason}`} class="failure">
                    {received_from}: {reason}
                  </p>
                ))
              )}
            </Card>
          </>
        )}
      </Await>
    </Page>
  );
}
