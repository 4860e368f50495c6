/**
 * data: public data sets as their folders' `protocol.json` describes them, read into Lakeshore's own vocabulary: items
 * and events as a site would have sent them.
 */
export { checkDataSet, type DataSet, readDataSet } from "./read.ts";
