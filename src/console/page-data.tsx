import type { Activity } from "./activity.ts";
import { ChecksCard, SumsCard } from "./data/checks.tsx";
import type { LakeTable } from "./data/lake.ts";
import { lineageOf } from "./data/lineage.ts";
import { LineageGraph } from "./data/lineage-graph.tsx";
import { QuarantineCard } from "./data/quarantine-card.tsx";
import type { Report } from "./data/report.ts";
import { TablesCard } from "./data/tables.tsx";
import { Doctor } from "./doctor.tsx";
import { Import } from "./import/card.tsx";
import type { Models } from "./model-cards.ts";
import { Await, Card, Page } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";

/** Can the data be trusted? */
export function DataPage() {
  const tables = useLoaded<{ tables: LakeTable[] }>("/v1/admin/lake/tables");
  const report = useLoaded<Report>("/v1/admin/quality");
  const activity = useLoaded<Activity>("/v1/admin/activity");
  const models = useLoaded<Models>("/v1/admin/models");
  return (
    <Page question="Can the data be trusted?">
      <Card
        title="The way of the data"
        note="From your pages to the model: how much there is at each place, when it was last written, and what its checks say."
      >
        <Await of={tables} rows={14}>
          {({ tables: all }) => (
            <LineageGraph
              nodes={lineageOf({
                ...{ tables: all, report: report.data, activity: activity.data },
                modelAtMs: models.data?.live?.promoted_at ?? null,
              })}
            />
          )}
        </Await>
      </Card>
      <Doctor />
      <ChecksCard report={report} />
      <SumsCard report={report} />
      <QuarantineCard />
      <TablesCard of={tables} />
      <Import />
    </Page>
  );
}
