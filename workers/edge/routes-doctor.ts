import * as z from "zod";
import { DAY_MS } from "../../src/base/index.ts";
import { ID_LATE_MAX_MS } from "../../src/events/index.ts";
import { pipeline } from "./bindings.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

/** A large file takes its time: what is begun by then is through before its ids are too old. */
const IMPORT_MARGIN_MS = DAY_MS;

const findingSchema = z.object({
  code: z.string().describe("What kind of finding: `unknown_items`, `shared_visitor_id`, `items_without` …"),
  about: z
    .string()
    .describe(
      "The type of event, the item's field or the reason that it is about; empty where there is but one.",
    ),
  severity: z
    .enum(["error", "warn", "info"])
    .describe(
      "`error`: lists are worse for it now; `warn`: they will be, or a figure is; `info`: worth knowing.",
    ),
  count: z.number().int().describe("So many …"),
  of: z.number().int().describe("… of so many."),
  share: z.number().describe("`count` by `of`; of a fall, what came by what came before."),
  sentence: z.string().describe("What was found, in words."),
  advice: z.string().describe("What to do about it."),
  examples: z.array(z.string()).describe("Ids and the like by which it can be looked up, at most five."),
});

/** What stands out in the data that a shop sends, and what an import in the browser needs beside the bulk routes. */
export const doctorRoutes: Endpoint[] = [
  endpoint({
    tag: "admin",
    access: "secret",
    method: "get",
    path: "/v1/admin/doctor",
    summary:
      "What stands out in your data, in words: events of the last seven days, the catalogue, users, and what was set aside. Some seconds of reading; what came in the last ten minutes is not in it yet.",
    answer: z.object({
      from: z.number(),
      events: z.number().int().describe("Of the seven days, each once, robots among them."),
      complete: z
        .boolean()
        .describe("False: there are more events than one answer reads; shares are of a part."),
      findings: z.array(findingSchema).describe("The worst first; empty where nothing stands out."),
    }),
    async handle({ tenant, env }) {
      const { fromMs, findings, ...rest } = await pipeline(env).doctor(tenant);
      return {
        from: fromMs,
        ...rest,
        findings: findings.map((finding) => ({ ...finding, share: finding.count / finding.of })),
      };
    },
  }),
  endpoint({
    tag: "admin",
    access: "secret",
    method: "post",
    path: "/v1/admin/imports",
    summary:
      "When a file's import began: the time that its events' ids are to carry, so that a file that is sent twice, from wherever, counts once.",
    body: {
      schema: z.object({
        fingerprint: z
          .string()
          .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex")
          .describe("SHA-256 that stands for the file's bytes."),
      }),
      limit: { name: "IMPORT_BODY_BYTES_MAX", bytes: 1_000 },
      required: true,
      example: { fingerprint: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
    },
    answer: z.object({
      started_at: z.number().describe("Of the first call for this file, ms."),
      is_new: z.boolean().describe("Whether this was the first."),
      counts_until: z
        .number()
        .describe(
          "Until then its events can be sent, or sent again; later their ids are too old to be told from new ones, and are set aside.",
        ),
    }),
    async handle({ tenant, env, body }) {
      const { fingerprint } = await body();
      const { startedMs, isNew } = await pipeline(env).beginImport(tenant, fingerprint);
      return {
        started_at: startedMs,
        is_new: isNew,
        counts_until: startedMs + ID_LATE_MAX_MS - IMPORT_MARGIN_MS,
      };
    },
  }),
];
