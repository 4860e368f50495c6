/**
 * bench: how fast the real thing is, here and now: answers (`serve`), events (`ingest`) and the lake's jobs (`lake`), on Miniflare's own port, each in
 * one run against its own floor. A command loads its bench when it runs: the local runtime alone takes a second. Not a claim about Cloudflare's machines: local Workers share one thread.
 */
import type { Command } from "commander";
import { wholeNumber } from "../commands/arguments.ts";
import { Progress } from "../progress.ts";
import { registerQuality } from "./quality/index.ts";
import {
  printCatalogueServe,
  printCost,
  printIngest,
  printLake,
  printRetrain,
  printServe,
} from "./report.ts";

export type { CostReport } from "./cost/index.ts";
export type { IngestReport } from "./ingest.ts";
export type { LakeReport } from "./lake.ts";
export type { RetrainReport } from "./retrain.ts";
export type { RulesReport } from "./rules.ts";
export type { ServeReport } from "./serve.ts";
export type { CatalogueServeReport } from "./serve-catalogue.ts";
export type { SoakReport } from "./soak.ts";

/** What a device remembers. */
const HISTORY_ITEMS = 50;
const SOAK_ITEMS = 50_000;
const SOAK_ITEMS_TINY = 2_000;
const LAKE_EVENTS = 200_000;
const LAKE_EVENTS_TINY = 3_000;
const RULES_ITEMS = 50_000;
const RULES_ITEMS_TINY = 500;

const CATALOGUE_ITEMS = 200_000;
const CATALOGUE_ITEMS_TINY = 3_000;

interface ServeFlags {
  items?: number;
  dims: number;
  history: number;
  quantised?: true;
}

interface CatalogueFlags {
  items?: number;
  dims: number;
  quantised?: true;
  index?: true;
}

interface BenchFlags {
  json?: true;
  tiny?: true;
  seed: string;
}

export function registerBench(program: Command): void {
  const bench = program.command("bench").description("measure answers and ingestion on this machine");
  registerServeBench(bench);
  registerSoak(bench);
  command(bench, "retrain", "live answers while a retrain runs beside them").action(
    async (flags: BenchFlags) => {
      const { benchRetrain } = await import("./retrain.ts");
      print(flags, await benchRetrain(sizeOf(flags), new Progress()), printRetrain);
    },
  );
  command(bench, "ingest", "events accepted and landed; nothing may be lost or counted twice").action(
    async (flags: BenchFlags) => {
      const { benchIngest } = await import("./ingest.ts");
      const report = await benchIngest(sizeOf(flags), new Progress());
      print(flags, report, printIngest);
      if (report.lost > 0 || report.duplicated > 0) process.exitCode = 1;
    },
  );
  command(bench, "cost", "what a million events and a million answers cost, by operations counted").action(
    async (flags: BenchFlags) => {
      const { benchCost } = await import("./cost/index.ts");
      print(flags, await benchCost(sizeOf(flags), new Progress()), printCost);
    },
  );
  registerLakeBench(bench);
  registerRulesBench(bench);
  registerCatalogueBench(bench);
  registerQuality(bench);
}

function registerServeBench(bench: Command): void {
  command(bench, "serve", "an empty Worker, a cached list and a live inference")
    .option(
      "--items <number>",
      "of a catalogue with a model made for it; without, a shop that is trained on",
      wholeNumber,
    )
    .option("--dims <number>", "of the items' vectors", wholeNumber, 64)
    .option("--history <number>", "interactions of each visitor", wholeNumber, HISTORY_ITEMS)
    .option("--quantised", "a model with an int8 table, whatever its size")
    .action(async ({ items, dims, history, quantised, ...flags }: BenchFlags & ServeFlags) => {
      if (items === undefined) {
        const { benchServe } = await import("./serve.ts");
        return print(flags, await benchServe(sizeOf(flags), new Progress()), printServe);
      }
      const { benchCatalogueServe } = await import("./serve-catalogue.ts");
      const options = { ...sizeOf(flags), items, dims, history, quantised: quantised === true };
      print(flags, await benchCatalogueServe(options, new Progress()), printCatalogueServe);
    });
}

function registerSoak(bench: Command): void {
  command(bench, "soak", "answers for a long time beside events, retrains and swaps of the live model")
    .option("--minutes <number>", "how long", wholeNumber, 20)
    .option("--rate <number>", "answers a second; without, the highest that holds p99 < 50 ms", wholeNumber)
    .option(
      "--items <number>",
      `of the catalogue; ${SOAK_ITEMS}, with --tiny ${SOAK_ITEMS_TINY}`,
      wholeNumber,
    )
    .action(async (flags: BenchFlags & { minutes: number; rate?: number; items?: number }) => {
      const { benchSoak } = await import("./soak.ts");
      const size = sizeOf(flags);
      const { minutes, rate, items = size.tiny ? SOAK_ITEMS_TINY : SOAK_ITEMS } = flags;
      const options = { ...size, minutes, items, ...(rate === undefined ? {} : { rate }) };
      const report = await benchSoak(options, new Progress());
      print(flags, report, (one) => JSON.stringify(one, null, 2));
      if (report.errors > 0 || report.versionMixes > 0) process.exitCode = 1;
    });
}

function registerLakeBench(bench: Command): void {
  command(bench, "lake", "compaction, silver and gold over a month of events: rows a second, memory, bytes")
    .option("--events <number>", `of the month; ${LAKE_EVENTS}, with --tiny ${LAKE_EVENTS_TINY}`, wholeNumber)
    .action(async (flags: BenchFlags & { events?: number }) => {
      const { benchLake } = await import("./lake.ts");
      const size = sizeOf(flags);
      const events = flags.events ?? (size.tiny ? LAKE_EVENTS_TINY : LAKE_EVENTS);
      print(flags, await benchLake({ ...size, events }, new Progress()), printLake);
    });
}

function registerRulesBench(bench: Command): void {
  command(bench, "rules", "expressions compiled over a catalogue, and the bias written from them")
    .option("--items <number>", `${RULES_ITEMS}, with --tiny ${RULES_ITEMS_TINY}`, wholeNumber)
    .action(async (flags: BenchFlags & { items?: number }) => {
      const { benchRules, printRules } = await import("./rules.ts");
      const { tiny, seed } = sizeOf(flags);
      const items = flags.items ?? (tiny ? RULES_ITEMS_TINY : RULES_ITEMS);
      print(flags, await benchRules({ items, seed }, new Progress()), printRules);
    });
}

function registerCatalogueBench(bench: Command): void {
  command(
    bench,
    "catalogue",
    "answers from a large catalogue: milliseconds, memory, what int8 or an index loses",
  )
    .option(
      "--items <number>",
      `of the catalogue; ${CATALOGUE_ITEMS}, with --tiny ${CATALOGUE_ITEMS_TINY}`,
      wholeNumber,
    )
    .option("--dims <number>", "of the items' vectors", wholeNumber, 64)
    .option("--quantised", "scan an int8 table")
    .option("--index", "look through some cells of an index")
    .action(async (flags: BenchFlags & CatalogueFlags) => {
      const { benchCatalogue } = await import("./catalogue.ts");
      const { tiny, seed } = sizeOf(flags);
      const report = await benchCatalogue(
        {
          items: flags.items ?? (tiny ? CATALOGUE_ITEMS_TINY : CATALOGUE_ITEMS),
          dims: flags.dims,
          ...(flags.index ? { form: "indexed" } : flags.quantised ? { form: "large" } : {}),
          seed,
          requests: tiny ? 20 : 400,
          compared: tiny ? 5 : 50,
        },
        new Progress(),
      );
      print(flags, report, (one) => JSON.stringify(one, null, 2));
    });
}

function command(bench: Command, name: string, description: string): Command {
  return bench
    .command(name)
    .description(description)
    .option("--json", "print one line of JSON")
    .option("--tiny", "small enough for continuous integration")
    .option("--seed <number>", "of the simulated shop", "1");
}

function sizeOf({ tiny, seed }: BenchFlags): { tiny: boolean; seed: number } {
  return { tiny: tiny === true, seed: Number(seed) };
}

function print<T>({ json }: BenchFlags, report: T, table: (report: T) => string): void {
  console.log(json === true ? JSON.stringify(report) : table(report));
}
