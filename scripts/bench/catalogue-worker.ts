import type { Session } from "../../src/base/index.ts";
import { type Catalogue, readCatalog } from "../../src/catalogue/index.ts";
import { workerdEngine } from "../../src/runtime/index.ts";
import { catalogueFeeds } from "./catalogue-feeds.ts";
import { wasmBytes } from "./quality/wasm-memory.ts";

const engine = workerdEngine();
let session: Session | null = null;
let catalogue: Catalogue | null = null;
let bias = new Float32Array(0);

/** A scorer without its rooms: the graph and the catalogue as it holds them, one inference a request. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/empty") return new Response("ok");
    if (pathname === "/catalogue") {
      catalogue = await readCatalog(new Uint8Array(await request.arrayBuffer()));
      bias = new Float32Array(catalogue.size);
      return new Response("ok");
    }
    if (pathname === "/model") {
      session = await engine.load(new Uint8Array(await request.arrayBuffer()));
      return new Response("ok");
    }
    if (session === null || catalogue === null) return new Response("nothing is loaded", { status: 409 });
    const { items } = await session.run(catalogueFeeds(bias, 100, Number(searchParams.get("seed"))));
    const first = Number(items?.data[0] ?? 0);
    return Response.json({ item: catalogue.ids[first], wasmBytes: wasmBytes() });
  },
};
