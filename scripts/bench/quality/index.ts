/**
 * quality: how good the lists are that learners give, on public data with a protocol. Every figure comes from the exported graph,
 * run by the engine.
 */
import { type Command, InvalidArgumentError } from "commander";
import { countingNumber, oneOf, wholeNumber } from "../../commands/arguments.ts";
import { Progress } from "../../progress.ts";

/** Below an hour also on a machine that is half as fast as the one that the estimates were measured on. */
const BUDGET_SECONDS = 2_000;

interface Flags {
  data: string;
  learner: string;
  engine: "workerd" | "node";
  set: Record<string, number>;
  cases?: number;
  budget: number;
  on: "validation" | "test";
  seed: number;
  baselines?: boolean;
  shuffled?: true;
  cold?: number;
  json?: true;
}

const AUTO = "auto";

export function registerQuality(bench: Command): void {
  bench
    .command("quality")
    .description("how good a learner's lists are, on a folder of data with a protocol.json")
    .requiredOption(
      "--data <folder>",
      "a folder with a protocol.json of task next-item, session, top-n or log",
    )
    .option("--learner <name>", "auto, or a learner's name", AUTO)
    .option("--engine <name>", "where it runs", oneOf("workerd", "node"), "workerd")
    .option(
      "--set <parameters>",
      "the learner's parameters, as ridge=300,popularity.weight=0.1",
      parameters,
      {},
    )
    .option("--budget <seconds>", "of estimated CPU that auto may take", countingNumber, BUDGET_SECONDS)
    .option("--cases <number>", "at most so many cases, drawn by the seed", countingNumber)
    .option("--on <part>", "what it is measured on", oneOf("validation", "test"), "test")
    .option("--seed <number>", "of the fits and draws", wholeNumber, 1)
    .option("--baselines", "popularity, item-knn and ease on the same cases (default: with auto)")
    .option("--no-baselines", "only the learner")
    .option("--cold <share>", "hold so many of the items out whole, and place them by their content", share)
    .option("--shuffled", "deal the items out anew first: what is found then is popularity, or deceit")
    .option("--json", "print one line of JSON")
    .action(async (flags: Flags) => {
      await checkLearner(flags);
      const { measure } = await import("./measure.ts");
      const baselines = flags.baselines ?? (flags.learner === AUTO && flags.on === "test");
      const options = {
        ...flags,
        cases: flags.cases ?? null,
        baselines,
        shuffled: flags.shuffled === true,
        cold: flags.cold ?? null,
      };
      const report = await measure(options, new Progress());
      console.log(flags.json === true ? JSON.stringify(report) : JSON.stringify(report, null, 1));
    });
}

/** Learners take their time to load, so their names are asked for only when this command runs. */
async function checkLearner({ learner, set }: Pick<Flags, "learner" | "set">): Promise<void> {
  if (learner === AUTO) {
    if (Object.keys(set).length === 0) return;
    throw new Error("error: --set needs a --learner: auto chooses the parameters itself");
  }
  const { BASELINES, LEARNERS } = await import("../../../src/learn/index.ts");
  const names = [...new Set([AUTO, ...[...LEARNERS, ...BASELINES].map(({ name }) => name)])];
  if (!names.includes(learner)) throw new Error(`error: --learner must be one of ${names.join(", ")}`);
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("must be a share between 0 and 1.");
  return value;
}

function parameters(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      if (name === "" || value === "" || !Number.isFinite(Number(value))) {
        throw new InvalidArgumentError("must be name=number, with commas between.");
      }
      return [name, Number(value)];
    }),
  );
}
