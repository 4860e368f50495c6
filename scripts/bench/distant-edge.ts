import { createMemory, Lru } from "../../src/serving/index.ts";
import { type Env, memory } from "../../workers/edge/bindings.ts";
import edge from "../../workers/edge.ts";
import { delayed, distantDatabase, distantKv } from "./distant-bindings.ts";

/**
 * The edge Worker as it is, with bindings that do what the header `x-bench` asks for:
 *
 * - `cache-api`: the scorer is away and isolate memory holds no list of the model's, so that the Cache API's copy is answered;
 * - `kv`: isolate memory holds no materialised lists, so that they are read from KV;
 * - `distant`: every store is as far away as stores are;
 * - `quiet`: likewise, in an isolate that remembers nothing and a location that has read nothing, beside a scorer that is cold for `x-bench-cold-ms`.
 */
export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    const mode = request.headers.get("x-bench");
    return edge.fetch(request, mode === null ? env : bindings(mode, request, env), context);
  },
};

function bindings(mode: string, { headers }: Request, env: Env): Env {
  switch (mode) {
    case "cache-api":
      memory.ranked = createMemory().ranked;
      return { ...env, SCORER: AWAY };
    case "kv":
      memory.lists = createMemory().lists;
      return env;
    case "distant":
      return distant(env, { isQuiet: false });
    case "quiet":
      Object.assign(memory, createMemory(), { live: NOTHING });
      return {
        ...distant(env, { isQuiet: true }),
        SCORER: cold(env, Number(headers.get("x-bench-cold-ms"))),
      };
    default:
      throw new Error(`there is no mode ${mode}`);
  }
}

/** What requests before have the scorer asked beside their answers, this isolate would learn of: one that has just begun could not. */
const NOTHING: typeof memory.live = new Lru({ entriesMax: 0, lifeMs: 0 });

const AWAY = { score: () => Promise.reject(new Error("the scorer is away")) } as unknown as Env["SCORER"];

/**
 * A scorer's isolate that this request begins. The module of ONNX Runtime stays once it is loaded, so a real one cannot be had for each request: it
 * is the warm one, which says that it is cold for as long as this very process was.
 */
function cold({ SCORER }: Env, coldMs: number): Env["SCORER"] {
  const warmAtMs = Date.now() + coldMs;
  const { score, cold } = SCORER as unknown as Record<
    "score" | "cold",
    (question: unknown) => Promise<unknown>
  >;
  return {
    score: (question: unknown) => (Date.now() < warmAtMs ? cold(question) : score(question)),
  } as unknown as Env["SCORER"];
}

function distant(env: Env, { isQuiet }: { isQuiet: boolean }): Env {
  return {
    ...env,
    KV: distantKv(env.KV, isQuiet),
    DB: distantDatabase(env.DB),
    PROFILES_0: distantDatabase(env.PROFILES_0),
    LAKE: delayed(env.LAKE),
  };
}
