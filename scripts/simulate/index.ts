/**
 * simulate: the demo shop, from a seed: a catalogue, shoppers with hidden tastes, and a month of their visits as wire
 * events. Because the tastes are known, `worth` can tell what a list is truly worth. Nothing here talks to a Worker.
 */
import { type Command, InvalidArgumentError } from "commander";
import { writeShop } from "./run.ts";
import type { Scale } from "./shop.ts";

export { type Catalogue, makeCatalogue, type Product } from "./catalogue.ts";
export { CRAWLER_AGENT } from "./crawler.ts";
export { choose, type Moment, moveOn } from "./moves.ts";
export { type SimulateCounts, type SimulateOptions, writeShop } from "./run.ts";
export { type Scale, type Shop, SIZES, simulateShop } from "./shop.ts";
export {
  cartOdds,
  clickOddsAt,
  likeOdds,
  makeShopper,
  pickSubcategory,
  type Shopper,
  type Tastes,
} from "./shoppers.ts";
export { BUY_ODDS, looksOf, pauseMs, TOLD_MS, visitStarts } from "./visits.ts";

export function registerSimulate(program: Command): void {
  program
    .command("simulate")
    .description("write the demo shop's items, users and events as JSON lines")
    .option("--seed <number>", "same seed, same shop", parseSeed, 1)
    .option("--scale <scale>", "demo (2,000 items) or tiny (200)", parseScale, "demo" as Scale)
    .requiredOption("--out <folder>", "folder to write to")
    .action(async ({ seed, scale, out }: { seed: number; scale: Scale; out: string }) => {
      const counts = await writeShop({ seed, scale, out, nowMs: Date.now() });
      console.log(`${out}: ${counts.items} items, ${counts.users} users, ${counts.events} events`);
    });
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new InvalidArgumentError("must be a whole number from 0");
  return seed;
}

function parseScale(text: string): Scale {
  if (text !== "demo" && text !== "tiny") throw new InvalidArgumentError("must be demo or tiny");
  return text;
}
