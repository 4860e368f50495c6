/**
 * edge: answers. HTTP in, events out to the Queue, recommendations by serving's rules; what writes the catalogue or trains is
 * only checked here and passed on by RPC. Static pages and the beacon come from the assets. No Parquet, no training code and
 * no ONNX Runtime: the Worker that must start fast is small.
 */
import { buildApp } from "./edge/app.ts";
import { addDocuments } from "./edge/documents.ts";
import { adminRoutes } from "./edge/routes-admin.ts";
import { answerRoutes } from "./edge/routes-answers.ts";
import { catalogRoutes } from "./edge/routes-catalog.ts";
import { catalogueRoutes } from "./edge/routes-catalogue.ts";
import { dataRoutes } from "./edge/routes-data.ts";
import { doctorRoutes } from "./edge/routes-doctor.ts";
import { eventRoutes } from "./edge/routes-events.ts";
import { exploreRoutes } from "./edge/routes-explore.ts";
import { featureRoutes } from "./edge/routes-features.ts";
import { insightRoutes } from "./edge/routes-insight.ts";
import { lakeRoutes } from "./edge/routes-lake.ts";
import { modelRoutes } from "./edge/routes-models.ts";
import { outcomeRoutes } from "./edge/routes-outcome.ts";
import { propensityRoutes } from "./edge/routes-propensity.ts";
import { qualityRoutes } from "./edge/routes-quality.ts";
import { quarantineRoutes } from "./edge/routes-quarantine.ts";
import { rankRoutes } from "./edge/routes-rank.ts";
import { rebuildRoutes } from "./edge/routes-rebuild.ts";
import { replayRoutes } from "./edge/routes-replay.ts";
import { reportRoutes } from "./edge/routes-reports.ts";
import { scenarioRoutes } from "./edge/routes-scenarios.ts";
import { serviceRoutes } from "./edge/routes-service.ts";
import { sessionRoutes } from "./edge/routes-session.ts";
import { tenantRoutes } from "./edge/routes-tenant.ts";
import { trainingRoutes } from "./edge/routes-training.ts";
import { whyRoutes } from "./edge/routes-why.ts";

const endpoints = [
  ...eventRoutes,
  ...answerRoutes,
  ...rankRoutes,
  ...whyRoutes,
  ...catalogueRoutes,
  ...featureRoutes,
  ...exploreRoutes,
  ...tenantRoutes,
  ...adminRoutes,
  ...sessionRoutes,
  ...scenarioRoutes,
  ...propensityRoutes,
  ...outcomeRoutes,
  ...doctorRoutes,
  ...insightRoutes,
  ...modelRoutes,
  ...reportRoutes,
  ...trainingRoutes,
  ...dataRoutes,
  ...quarantineRoutes,
  ...lakeRoutes,
  ...catalogRoutes,
  ...rebuildRoutes,
  ...qualityRoutes,
  ...replayRoutes,
  ...serviceRoutes,
];

const app = buildApp(endpoints);
addDocuments(app, endpoints);

export default { fetch: app.fetch };
