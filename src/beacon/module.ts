/**
 * The beacon as an ES module, for single-page apps and frameworks: `connect({ key, api })` once, where the app starts, in place of the script tag.
 */
import type { Lakeshore, Options } from "./api.ts";
import { connect as connectPage } from "./connect.ts";
import { onServer } from "./on-server.ts";

export type * from "./api.ts";

let connected: Lakeshore | undefined;

/** The page's beacon: made by the first call, given back by later ones. On a server one that tells and asks nothing, so that pages can be rendered there. */
export function connect(options: Options): Lakeshore {
  if (typeof document === "undefined") return onServer();
  connected ??= connectPage(options);
  return connected;
}
