import { DAY_MS } from "../../src/base/index.ts";
import { oraclePolicy, randomPolicy } from "./bounds.ts";
import { figuresOf, type WindowFigures } from "./intervals.ts";
import { neighboursPolicy } from "./neighbours.ts";
import { oursPolicy } from "./ours.ts";
import type { Policy } from "./policy.ts";
import { popularityPolicy } from "./popularity.ts";
import { makeSeason, type Season, type SeasonOptions } from "./season.ts";
import { createTally } from "./tally.ts";
import { createTrainer, type StudyNote, type TrainerOptions } from "./trainer.ts";
import { makeVisit } from "./visit.ts";
import { World } from "./world.ts";

export interface WorthOptions extends SeasonOptions, TrainerOptions {
  /** `days` so far, a fraction in the nights. */
  onProgress(days: number, note: string): void;
}

/** A window of days, counted from 1. */
export interface WorthWindow extends WindowFigures {
  firstDay: number;
  lastDay: number;
}

export interface Worth {
  seed: number;
  days: number;
  shoppers: number;
  products: number;
  /** One for each day. */
  daily: WorthWindow[];
  /** The first week, the second and so on; the last may be short. */
  weekly: WorthWindow[];
  /** How ours chose its learners, night by night where it did. */
  studies: readonly StudyNote[];
}

/** Replays the days under every policy at once, visit by visit, each in a world of its own. Deterministic for a seed. */
export async function measureWorth(options: WorthOptions): Promise<Worth> {
  const { seed, days } = options;
  const season = makeSeason(options);
  const { products } = season;
  const trainer = createTrainer(options);
  const policies: Policy[] = [
    randomPolicy(),
    popularityPolicy(products),
    neighboursPolicy(products),
    oursPolicy(products, { engine: options.engine, trainer }),
    oraclePolicy(),
  ];
  const worlds = policies.map(
    (policy) => new World(season, policy, createTally(days, season.shoppers.length)),
  );
  await replay(season, worlds, options.onProgress);
  const tallies = new Map(worlds.map(({ policy, tally }) => [policy.name, tally]));
  const windowOf = (first: number, last: number): WorthWindow => ({
    firstDay: first + 1,
    lastDay: last + 1,
    ...figuresOf(tallies, { first, last }, seed),
  });
  return {
    seed,
    days,
    shoppers: season.shoppers.length,
    products: products.length,
    daily: Array.from({ length: days }, (_, day) => windowOf(day, day)),
    weekly: Array.from({ length: Math.ceil(days / 7) }, (_, week) =>
      windowOf(week * 7, Math.min(days, week * 7 + 7) - 1),
    ),
    studies: trainer.studies,
  };
}

/** All days, visit by visit in every world; between two days every policy learns from its own world. */
export async function replay(
  season: Season,
  worlds: readonly World[],
  onProgress: WorthOptions["onProgress"],
): Promise<void> {
  for (let day = 0; day < season.days; day++) {
    onProgress(day, `day ${day + 1}`);
    for (const visit of season.visits.filter((visit) => visit.day === day)) {
      const odds = season.oddsOf(visit);
      for (const world of worlds) await makeVisit(world, visit, odds);
    }
    // Nobody would use what is learnt in the last night.
    if (day === season.days - 1) return;
    for (const world of worlds) {
      onProgress(day + 0.5, `night ${day + 1}, ${world.policy.name} learns`);
      await world.policy.learn(world.night((season.days - day - 1) * DAY_MS));
    }
  }
}
