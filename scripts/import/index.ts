/**
 * import: files of interactions, items or users into a running Lakeshore: read record by record, mapped to the wire's
 * fields, checked by the same schemas as the API, sent in bulk, resumable, with every reject told by line and reason.
 */

export { FIELDS, KINDS, type Kind } from "../../src/tabular/index.ts";
export { type Mapping, parseMapping } from "./fields.ts";
export { type Format, type ImportRecord, readRecords } from "./records.ts";
export { type ImportOptions, type ImportReport, runImport } from "./run.ts";
