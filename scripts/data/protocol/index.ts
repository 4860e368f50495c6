/**
 * protocol: folders of data to measure on, each with a `protocol.json` of one of four forms (next-item, session, top-n, log), as
 * columns and as the parts to fit on, to choose by and to test on. `split.ts` is free of Node, so that a Worker may split.
 */
export { cutoffOf, type Protocol } from "./description.ts";
export { contentOf } from "./items.ts";
export { type ProtocolData, readProtocol, readProtocolData, type SplitProtocol } from "./read.ts";
export { type LeftOut, learningPart, type ProtocolRows, testingPart } from "./split.ts";
