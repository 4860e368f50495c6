/**
 * worth: what recommendations are truly worth in the demo shop, whose shoppers' tastes are known. Days of traffic are replayed from
 * nothing under several policies, each in a world of its own with the same shoppers, visits and chance: at random, popularity,
 * item-kNN, the service's own models retrained every night, and a policy that knows the tastes.
 */
import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { LEARNERS } from "../../src/learn/index.ts";
import { nodeEngine } from "../../src/runtime/node.ts";
import { countingNumber, wholeNumber } from "../commands/arguments.ts";
import { Progress } from "../progress.ts";
import { pageOf } from "./page.ts";
import { measureWorth } from "./run.ts";
import { purchaseLines, studyLines, tableOf } from "./table.ts";

interface Options {
  days: number;
  seed: number;
  visits: number;
  budget: number;
  learner?: string[];
  repeats?: boolean;
  tiny?: boolean;
  json?: boolean;
  html?: string;
}

export function registerWorth(program: Command): void {
  program
    .command("worth")
    .description("replay days of the demo shop from nothing: clicks and purchases per session by policy")
    .option("--days <number>", "days to replay, at most 30", daysOf, 14)
    .option("--seed <number>", "same seed, same shop, same shoppers, same chance", wholeNumber, 1)
    .option("--visits <factor>", "visits as a multiple of the demo shop's", countingNumber, 1)
    .option(
      "--budget <seconds>",
      "estimated CPU-seconds of each night's study of learners",
      countingNumber,
      10,
    )
    .option("--learner <name...>", "learners to choose from (default: all that suit)")
    .option("--repeats", "lists may show again what was passed over in the same visit")
    .option("--tiny", "the small shop: 200 items, 150 shoppers")
    .option("--html <file>", "write a page with plots")
    .option("--json", "print one line of JSON")
    .action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const { days, seed, html } = options;
  checkLearners(options.learner);
  const part = new Progress().part("Replaying", days);
  const worth = await measureWorth({
    seed,
    days,
    scale: options.tiny === true ? "tiny" : "demo",
    visitsFactor: options.visits,
    repeats: options.repeats === true,
    engine: nodeEngine(),
    budgetSeconds: options.budget,
    ...(options.learner === undefined ? {} : { learners: options.learner }),
    onProgress: (done, note) => part.update(done, note),
  });
  part.finish();
  if (html !== undefined) await writeFile(html, pageOf(worth));
  if (options.json === true) {
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ ...worth, cpuSeconds: Math.round((user + system) / 1e5) / 10 }));
    return;
  }
  for (const line of [...tableOf(worth), ...purchaseLines(worth), ...studyLines(worth)]) console.log(line);
  if (html !== undefined) console.log(`Plots: ${html}`);
}

function daysOf(text: string): number {
  const days = wholeNumber(text);
  if (days < 1 || days > 30) throw new InvalidArgumentError("must be from 1 to 30.");
  return days;
}

function checkLearners(given: readonly string[] = []): void {
  const names = LEARNERS.map(({ name }) => name);
  if (given.every((name) => names.includes(name))) return;
  throw new Error(`error: --learner must be one of ${names.join(", ")}`);
}
