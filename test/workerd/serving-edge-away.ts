import type { Env } from "../../workers/edge/bindings.ts";
import edge from "../../workers/edge.ts";
import { type Away, bindingAway, databaseAway, through, WAYS } from "./serving-away.ts";

const PARTS = ["kv", "d1", "scorer", "rate"] as const;
type Part = (typeof PARTS)[number];

/** Beyond every wait of a request that a test makes. */
const SLOW_MS = 3_000;

/** The edge Worker as it is deployed, each request with the bindings that its header leaves it: `x-away: kv,d1 hang`. */
// biome-ignore lint/style/noDefaultExport: the runtime takes a Worker by its default export
export default {
  fetch(request: Request, env: Env, context: ExecutionContext) {
    const said = request.headers.get("x-away");
    return edge.fetch(request, said === null ? env : without(said, env), context);
  },
};

function without(said: string, env: Env): Env {
  const [names = "", wayName] = said.split(" ");
  const asked = names.split(",");
  const away: Away<Part> = {
    parts: new Set(PARTS.filter((part) => asked.includes(part))),
    way: WAYS.find((way) => way === wayName) ?? "error",
    slowMs: SLOW_MS,
  };
  const { SCORER } = env as unknown as { SCORER: { score(request: unknown): Promise<unknown> } };
  return {
    ...env,
    KV: bindingAway(away, env.KV, ["get", "put"], () => "kv"),
    DB: databaseAway(away, "d1", env.DB),
    PROFILES_0: databaseAway(away, "d1", env.PROFILES_0),
    RATE_ANSWERS: bindingAway(away, env.RATE_ANSWERS, ["limit"], () => "rate"),
    SCORER: { score: (question: unknown) => through(away, "scorer", () => SCORER.score(question)) },
  } as unknown as Env;
}
