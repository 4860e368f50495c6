import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { logProtocolSchema } from "../log.ts";

/** Lists are ranked as far as the longest metric looks; further down nobody does, and lists are dearer the longer they are. */
const CUTOFF_MAX = 100;

const figure = z.union([z.number(), z.string()]);

const metric = z
  .string()
  .regex(/^(ndcg|recall|hr|mrr|map)@[1-9]\d*$/)
  // Of a name of another form there is no rank, and nothing more to say.
  .refine((name) => !(cutoffOf(name) > CUTOFF_MAX), {
    error: ({ input }) => `${input} looks beyond rank ${CUTOFF_MAX}, and no list is ranked further`,
  });

/** 20 of `recall@20`. */
export function cutoffOf(metric: string): number {
  return Number(metric.split("@")[1]);
}

const common = {
  name: z.string().optional(),
  /** `ndcg@10`, … */
  metrics: z.array(metric).default([]),
  published: z.array(z.record(z.string(), figure)).default([]),
};
/** Of items: a table with a header, its first column the id as the sequences have it. */
const content = { items: z.string().optional(), attributes: z.string().optional() };

/** Without a value every row counts alike. */
const logInteractions = logProtocolSchema.shape.interactions
  .partial({ value: true, positive: true })
  .refine(({ value, positive }) => (value === undefined) === (positive === undefined), {
    error: "value and positive go together: the one is the column, the other says what of it is a like",
  });

const schema = z.discriminatedUnion("task", [
  z.object({ task: z.literal("next-item"), ...common, ...content, sequences: z.string() }),
  z.object({ task: z.literal("session"), ...common, ...content, train: z.string(), test: z.string() }),
  z.object({ task: z.literal("top-n"), ...common, ...content, train: z.string(), test: z.string() }),
  logProtocolSchema.partial({ items: true }).extend({
    task: z.literal("log"),
    ...common,
    interactions: logInteractions,
    tags: z.string().optional(),
  }),
]);

/** What a folder's `protocol.json` says; `name` is the folder's where it gives none. */
export type Protocol = z.infer<typeof schema> & { name: string };
export type ProtocolOf<Task extends Protocol["task"]> = Extract<Protocol, { task: Task }>;

/** Throws one clear sentence when the folder holds no protocol of the four forms, or lacks a file that it names. */
export async function readDescription(folder: string): Promise<Protocol> {
  const file = path.join(folder, "protocol.json");
  if (!existsSync(folder)) throw new Error(`The folder ${folder} does not exist`);
  if (!existsSync(file)) throw new Error(`${folder} holds no protocol.json that says what its files are`);
  const parsed = schema.safeParse(parseJson(await readFile(file, "utf8"), file));
  if (!parsed.success) {
    throw new Error(`${file} is not one of the four forms: ${z.prettifyError(parsed.error)}`);
  }
  const protocol = { ...parsed.data, name: parsed.data.name ?? path.basename(path.resolve(folder)) };
  for (const name of filesOf(protocol)) {
    const found = await stat(path.join(folder, name)).catch(() => null);
    if (found === null) throw new Error(`${folder} lacks ${name}, which its protocol.json names`);
    if (found.isDirectory()) {
      throw new Error(`${path.join(folder, name)} is a folder, and protocol.json names it as a file`);
    }
  }
  return protocol;
}

function filesOf(protocol: Protocol): string[] {
  const named = (...files: (string | undefined)[]) => files.filter((file) => file !== undefined);
  switch (protocol.task) {
    case "log":
      return named(protocol.interactions.file, protocol.items?.file, protocol.tags);
    case "next-item":
      return named(protocol.sequences, protocol.items, protocol.attributes);
    default:
      return named(protocol.train, protocol.test, protocol.items, protocol.attributes);
  }
}

/** Throws a sentence with the file when its text is no JSON. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
}
