import { buildAssets } from "../local/assets.ts";

/** Run as a program by the build step, which itself must run on any Node. */
await buildAssets();
