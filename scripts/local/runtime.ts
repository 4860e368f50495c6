import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { D1Database, KVNamespace, Queue, R2Bucket } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { bundleWorker } from "./bundle.ts";
import { Flushes } from "./drain.ts";
import { applyMigrations } from "./migrate.ts";
import { shieldRuntime, withoutSignalHooks } from "./own-signals.ts";
import { ROOT, WORKER_CONFIGS, type WorkerName } from "./workers.ts";

export { ROOT, WORKER_CONFIGS, type WorkerName };

export interface LocalOptions {
  /** 0 lets the system choose. */
  port?: number;
  host?: string;
  /** Folder of the persistent state; without it the state lives in memory and goes with the process. */
  statePath?: string;
  /** Folder of the edge's static files, instead of the configured one. */
  assetsPath?: string;
  /** Variables and secrets that every Worker gets: ADMIN_TOKEN, SIGNING_SECRET. */
  secrets: Record<string, string>;
  /** Shortens the Queue's wait, for tests; the configured 5 s otherwise. */
  queueTimeoutS?: number;
  /** Other entries than the configured ones, on the same configs: what a measurement sets beside the real Worker. */
  entries?: Partial<Record<WorkerName, string>>;
  inspectorPort?: number;
  /** The caller handles signals and disposes; otherwise the runtime and the process end at the first one. */
  ownSignals?: boolean;
  verbose?: boolean;
  /** Lines that the Workers log. */
  onLog?: (line: string) => void;
}

export interface LocalRuntime {
  url: URL;
  miniflare: Miniflare;
  lake(): Promise<R2Bucket>;
  kv(): Promise<KVNamespace>;
  database(binding: "DB" | "PROFILES_0"): Promise<D1Database>;
  /** Fires a Worker's cron once; the local runtime never does by itself. */
  fireCron(worker: WorkerName, cron: string): Promise<void>;
  /** Every cron of every Worker's config. */
  crons(): { worker: WorkerName; cron: string }[];
  /** Messages that wait in the Queues, which live in memory; a batch under way does not count. */
  backlog(): Promise<number>;
  flushes: Flushes;
  /** Ends at once: `drainQueues` first where accepted events must not be lost. */
  dispose(): Promise<void>;
}

/**
 * Runs the four Workers in one local workerd, from the very configs that are deployed, on Miniflare's own port:
 * `wrangler dev` would put two proxies in front of it, ten times slower.
 */
export async function startLocal(options: LocalOptions): Promise<LocalRuntime> {
  const names = Object.keys(WORKER_CONFIGS) as WorkerName[];
  const configs = names.map((name) => unstable_readConfig({ config: path.join(ROOT, WORKER_CONFIGS[name]) }));
  const workers = await Promise.all(
    configs.map((config, index) => workerOptions(config, names[index] as WorkerName, options)),
  );
  const flushes = new Flushes();
  const log = new LineLog(options.verbose === true ? LogLevel.INFO : LogLevel.WARN, options.onLog, (line) =>
    flushes.read(line),
  );
  if (options.ownSignals === true) shieldRuntime();
  const create = () =>
    new Miniflare({
      ...convertV4MiniflareOptions({ workers } as Parameters<typeof convertV4MiniflareOptions>[0]),
      host: options.host ?? "127.0.0.1",
      port: options.port ?? 0,
      log,
      logRequests: false,
      cf: false,
      handleStructuredLogs: ({ message }) => options.onLog?.(message),
      ...(options.inspectorPort === undefined ? {} : { inspectorPort: options.inspectorPort }),
      ...(options.statePath === undefined ? {} : { resourcePersistencePath: options.statePath }),
    });
  const miniflare = options.ownSignals === true ? withoutSignalHooks(create) : create();
  const url = await miniflare.ready;
  const pipeline = configs[names.indexOf("pipeline")]?.name;
  const runtime: LocalRuntime = {
    url,
    miniflare,
    lake: async () => (await miniflare.getR2Bucket("LAKE", pipeline)) as unknown as R2Bucket,
    kv: async () => (await miniflare.getKVNamespace("KV", pipeline)) as unknown as KVNamespace,
    database: async (binding) => (await miniflare.getD1Database(binding, pipeline)) as unknown as D1Database,
    fireCron: async (worker, cron) => {
      const fetcher = await miniflare.getWorker(configs[names.indexOf(worker)]?.name);
      const { outcome } = await fetcher.scheduled({ cron });
      if (outcome !== "ok") throw new Error(`cron "${cron}" of ${worker} ended with ${outcome}`);
    },
    crons: () =>
      names.flatMap((worker, index) =>
        (configs[index]?.triggers?.crons ?? []).map((cron: string) => ({ worker, cron })),
      ),
    backlog: async () => {
      const queues = ["EVENTS", "DEAD_LETTERS"].map(async (binding) => {
        const queue = (await miniflare.getQueueProducer(binding, pipeline)) as unknown as Queue;
        return (await queue.metrics()).backlogCount;
      });
      return (await Promise.all(queues)).reduce((sum, count) => sum + count, 0);
    },
    flushes,
    dispose: () => miniflare.dispose(),
  };
  await applyMigrations(await runtime.database("DB"), path.join(ROOT, "migrations/core"));
  await applyMigrations(await runtime.database("PROFILES_0"), path.join(ROOT, "migrations/profiles"));
  return runtime;
}

type WorkerConfig = ReturnType<typeof unstable_readConfig>;

async function workerOptions(
  config: WorkerConfig,
  worker: WorkerName,
  options: LocalOptions,
): Promise<object> {
  const { workerOptions: base } = unstable_getMiniflareWorkerOptions(config);
  const entry = options.entries?.[worker] ?? config.main;
  if (entry === undefined) throw new Error(`${config.configPath} names no entry`);
  const { modules } = await bundleWorker(entry);
  const consumers = Object.entries((base.queueConsumers ?? {}) as Record<string, object>);
  const assets = base.assets as { directory: string } | undefined;
  const directory = options.assetsPath ?? assets?.directory;
  // A clone has no built assets yet; the runtime insists on the folder.
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  return {
    ...base,
    ...(assets === undefined ? {} : { assets: { ...assets, directory }, routes: pastAssets(config) }),
    name: config.name,
    modules,
    bindings: { ...(base.bindings as object), ...options.secrets },
    ...(options.queueTimeoutS === undefined
      ? {}
      : {
          queueConsumers: Object.fromEntries(
            consumers.map(([queue, consumer]) => [
              queue,
              { ...consumer, maxBatchTimeout: options.queueTimeoutS },
            ]),
          ),
        }),
  };
}

/**
 * What the config lets the Worker answer before the assets goes to it at once. The runtime would pass it through two Workers
 * that stand in for the platform's own routing of assets: more than half of an empty Worker's time.
 */
function pastAssets({ assets }: WorkerConfig): string[] {
  const first = assets?.run_worker_first;
  if (!Array.isArray(first)) return [];
  return first.filter((pattern) => pattern.endsWith("/*")).map((pattern) => `*${pattern}`);
}

/** Miniflare's own lines go where the Workers' lines go, not to the terminal, where progress is drawn. */
class LineLog extends Log {
  readonly #shown: LogLevel;
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onAny: (line: string) => void;

  /** `onAny` is told the lines of every level up to INFO, `onLine` those up to `shown`. */
  constructor(shown: LogLevel, onLine: ((line: string) => void) | undefined, onAny: (line: string) => void) {
    super(LogLevel.INFO);
    this.#shown = shown;
    this.#onLine = onLine;
    this.#onAny = onAny;
  }

  override logWithLevel(level: LogLevel, message: string): void {
    this.#onAny(message);
    if (level <= this.#shown) super.logWithLevel(level, message);
  }

  protected override log(message: string): void {
    if (this.#onLine === undefined) super.log(message);
    else this.#onLine(message);
  }
}
