/** report: what a run of training did, as one HTML page for people: figures with intervals, every trial, curves, cost. */
export { readRunReport, writeRunReport, writeVersionReport } from "./fetch.ts";
export { pageOf } from "./page.ts";
