import { WorkerEntrypoint } from "cloudflare:workers";
import { parseByteRange } from "../src/base/index.ts";
import { callCatalog, openLake, TABLES, WAREHOUSE_URI } from "../src/lake/index.ts";
import type {
  CatalogAnswer,
  CatalogCall,
  LakeAdmin,
  LakeJob,
  LakeJobOutcome,
  LakeListing,
  LakeObjectRequest,
  ReplayRequest,
} from "../src/ops/index.ts";
import type { QualityAdmin } from "../src/quality/index.ts";
import { makeFeaturesAsOf } from "./pipeline-features.ts";
import { JOBS } from "./pipeline-jobs.ts";
import { objectStore } from "./pipeline-ports.ts";
import { failingNow, latestReport } from "./pipeline-quality.ts";
import { replay } from "./pipeline-replay.ts";

/** What is not below it is nobody's to read from outside: models, overlays and what was spilled. */
const LAKE_PREFIX = "lake/";

/** The lake's half of `Admin`: its objects as they are, the catalog's view of its tables, and its jobs on demand. */
export class LakeEntrypoint extends WorkerEntrypoint<PipelineEnv> implements LakeAdmin, QualityAdmin {
  async readLakeObject(key: string, { range: header, withBody }: LakeObjectRequest) {
    if (!key.startsWith(LAKE_PREFIX)) return null;
    const head = await this.env.LAKE.head(key);
    if (head === null) return null;
    const { size, etag } = head;
    const range = parseByteRange(header, size);
    if (range === "unsatisfiable") return { error: range, size } as const;
    const told = { size, etag, uploadedMs: head.uploaded.getTime(), range };
    if (!withBody) return { ...told, body: null };
    const object = await this.env.LAKE.get(key, range === null ? {} : { range });
    // Deleted between the two reads. What may be replaced between them is read whole, and then told as it was read.
    if (object === null) return null;
    return { ...told, size: object.size, etag: object.etag, body: object.body };
  }

  async listLakeObjects(prefix: string, cursor?: string): Promise<LakeListing> {
    if (!prefix.startsWith(LAKE_PREFIX)) return { objects: [] };
    return objectStore(this.env).list(prefix, cursor);
  }

  async callCatalog(call: CatalogCall): Promise<CatalogAnswer> {
    const lake = openLake(objectStore(this.env));
    return callCatalog({ lake, tables: TABLES, warehouseUri: WAREHOUSE_URI }, call);
  }

  async replayQuarantine(request: ReplayRequest) {
    return replay(this.env, request, Date.now());
  }

  async qualityReport(tenant: string | null) {
    return latestReport(this.env, tenant);
  }

  async failingChecks(tenant: string) {
    return failingNow(this.env, tenant, Date.now());
  }

  async makeFeaturesAsOf(tenant: string, asOfMs: number) {
    return makeFeaturesAsOf(this.env, { tenant, asOfMs }, Date.now());
  }

  async runLakeJob(job: LakeJob): Promise<LakeJobOutcome> {
    return JOBS[job](this.env, Date.now());
  }
}
