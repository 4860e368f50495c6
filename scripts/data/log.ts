import { z } from "zod";
import type { Item } from "../../src/events/index.ts";
import type { Row } from "./table.ts";

/** The columns and files of a log: raw events as a site would have them. */
export const logProtocolSchema = z.object({
  name: z.string(),
  interactions: z.object({
    file: z.string(),
    user: z.string(),
    item: z.string(),
    time: z.string(),
    timeUnit: z.enum(["s", "ms"]),
    value: z.string(),
    /** Begins with the rule itself, `rating >= 3.5`; words may follow. */
    positive: z.string(),
  }),
  items: z.object({
    file: z.string(),
    id: z.string(),
    title: z.string(),
    /** Begins with the column's name; a separator may follow in brackets: `genres (| separated)`. */
    categories: z.string(),
  }),
});

export type LogProtocol = z.infer<typeof logProtocolSchema>;

/** What a data set writes where it knows no category. */
const NO_CATEGORY = "(no genres listed)";
/** `Toy Story (1995)`. */
const YEAR = /\((\d{4})\)\s*$/;
const EPOCH_YEAR = 1970;

export function logItems({ items: columns }: Pick<LogProtocol, "items">, rows: readonly Row[]): Item[] {
  const [categoryColumn = "", ...words] = columns.categories.split(" ");
  const separator = /\((.) separated\)/.exec(words.join(" "))?.[1] ?? "|";
  return rows.map((row) => {
    const title = row[columns.title] ?? "";
    const categories = (row[categoryColumn] ?? "")
      .split(separator)
      .filter((name) => name !== "" && name !== NO_CATEGORY);
    const year = Number(YEAR.exec(title)?.[1] ?? 0);
    return {
      item_id: row[columns.id] ?? "",
      title,
      ...(categories.length === 0 ? {} : { categories }),
      // Times before 1970 cannot be written; such films are old either way.
      ...(year === 0 ? {} : { published_at: year < EPOCH_YEAR ? 0 : Date.UTC(year, 0) }),
    };
  });
}

/** Reads `rating >= 3.5 …`: the bound above which a value is a like. */
export function positiveFrom({ interactions }: Pick<LogProtocol, "interactions">): number {
  const match = /^(\w+) >= (\d+(?:\.\d+)?)/.exec(interactions.positive);
  if (match === null || match[1] !== interactions.value) {
    throw new Error(`cannot read "${interactions.positive}": expected "${interactions.value} >= <number>"`);
  }
  return Number(match[2]);
}
