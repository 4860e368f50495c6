/**
 * plots: pages with plots for people: SVG drawn from numbers, tables beside it, one style for light and dark. Strings in, strings
 * out: no script, nothing fetched.
 */
export { type Axis, axisAround, logarithmicAxis, ticksOf } from "./axis.ts";
export { type Bar, type IntervalPlot, intervalPlot } from "./intervals.ts";
export { type LinePlot, linePlot, type Point, type Series } from "./lines.ts";
export { figure, htmlPage, paragraph, section, table } from "./page.ts";
export { escaped } from "./svg.ts";
