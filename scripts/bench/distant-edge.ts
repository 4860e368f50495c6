import { createMemory } from "../../src/serving/index.ts";
import { type Env, memory } from "../../workers/edge/bindings.ts";
import edge from "../../workers/edge.ts";
import { delayed, distantDatabase, distantKv } from "./distant-bindings.ts";

/**
 * The edge Worker as it is, with bindings that do what the header `x-bench` asks for:
 *
 * - `cache-api`: the scorer is away and isolate memory holds no list of the model's, so that the Cache API's copy is answered;
 * - `kv`: isolate memory holds no materialised lists, so that they are read from KV;
 * - `distant`: every store is as far away as stores are;
 * - `quiet`: likewise, in an isolate that remembers nothing and a location that has read nothing.
 */
export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    const mode = request.headers.get("x-bench");
    return edge.fetch(request, mode === null ? env : bindings(mode, env), context);
  },
};

function bindings(mode: string, env: Env): Env {
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
      Object.assign(memory, createMemory());
      return distant(env, { isQuiet: true });
    default:
      throw new Error(`there is no mode ${mode}`);
  }
}

const AWAY = { score: () => Promise.reject(new Error("the scorer is away")) } as unknown as Env["SCORER"];

function distant(env: Env, { isQuiet }: { isQuiet: boolean }): Env {
  return {
    ...env,
    KV: distantKv(env.KV, isQuiet),
    DB: distantDatabase(env.DB),
    PROFILES_0: distantDatabase(env.PROFILES_0),
    LAKE: delayed(env.LAKE),
  };
}
