import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import { connect, type ServerOptions, withServer } from "./server.ts";

interface Options extends ServerOptions {
  recent?: string;
  exclude?: string;
  similar?: boolean;
  limit: number;
  json?: boolean;
}

interface Answer {
  model_version: string | null;
  items: { item_id: string; score: number; source: string; title?: string }[];
  degraded?: { reason: string };
}

export function registerRecommend(program: Command): void {
  const command = program
    .command("recommend")
    .description("ask for recommendations and print them")
    .argument("[id]", "a user's id (with --similar an item's); without it, what anyone would get")
    .option("--similar", "items like this one")
    .option("--recent <items>", "ids of items just looked at, oldest first, with commas")
    .option("--exclude <items>", "ids of items to leave out, with commas")
    .option("--limit <number>", "how many", wholeNumber, 10)
    .option("--json", "print the answer as JSON");
  withServer(command).action(runCommand);
}

async function runCommand(id: string | undefined, options: Options): Promise<void> {
  const { client } = await connect(options);
  const { recent, exclude, limit } = options;
  if (options.similar === true && id === undefined) throw new Error("--similar needs the id of an item");
  const [path, who] =
    options.similar === true
      ? [`/v1/items/${encodeURIComponent(id ?? "")}/similar`, {}]
      : ["/v1/recommendations", { user_id: id, recent }];
  const answer = await client.request<Answer>(path, { query: { ...who, exclude, limit, fields: "title" } });
  if (options.json === true) console.log(JSON.stringify(answer));
  else printAnswer(answer);
}

function printAnswer({ model_version: version, items, degraded }: Answer): void {
  items.forEach(({ item_id: id, score, source, title = "" }, index) => {
    console.log(
      `${String(index + 1).padStart(3)}  ${id.padEnd(12)} ${score.toFixed(3).padStart(8)}  ${source.padEnd(9)} ${title}`,
    );
  });
  if (items.length === 0) console.log("(nothing to recommend)");
  console.log(`model ${version ?? "none"}${degraded === undefined ? "" : `, degraded: ${degraded.reason}`}`);
}
