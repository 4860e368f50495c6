import { type Activity, ago, waiting } from "../activity.ts";
import type { LakeTable } from "./lake.ts";
import { ORDER, type Report, type Status } from "./report.ts";

/** A place that data pass through. */
export interface LineageNode {
  id: string;
  /** From left to right. */
  column: number;
  title: string;
  /** How much, and how fresh. */
  lines: string[];
  /** The worst of its checks; null where nothing is checked. */
  state: Status | null;
  /** What its checks say, in words. */
  checks: string;
  /** The table whose row tells more of it. */
  table: string | null;
  from: string[];
}

/** What stands over each column. */
export const COLUMNS = ["Comes in", "On its way", "Bronze", "Silver", "Gold", "Made of gold"] as const;

const SOURCES = "sources";
const QUEUE = "queue";
const MODEL = "gold.training_runs";
/** What the Queue brings; the rest of bronze is told to the API and is in the lake when it answers. */
const QUEUED: ReadonlySet<string> = new Set(["bronze.events", "bronze.identity_links", "ops.quarantine"]);
/** Of running the site, and on no event's way. */
const BESIDE: ReadonlySet<string> = new Set(["ops.config_changes", "ops.lineage"]);

export interface LineageFacts {
  tables: readonly LakeTable[];
  /** Each is null while it is not known. */
  report: Report | null;
  activity: Activity | null;
  /** When the live model went live; null: there is none, or it is not known. */
  modelAtMs: number | null;
}

/** The way of the data from a visitor's browser to the model, with what is known of each place. */
export function lineageOf({ tables, report, activity, modelAtMs }: LineageFacts): LineageNode[] {
  const accepted = activity?.hours.reduce((sum, hour) => sum + hour.accepted, 0);
  const unchecked = { state: null, checks: "", table: null } as const;
  const inbound: LineageNode[] = [
    {
      ...{ id: SOURCES, column: 0, title: "beacon, API, import", ...unchecked, from: [] },
      lines: accepted === undefined ? [] : [count(accepted, "event"), "in 24 hours"],
    },
    {
      ...{ id: QUEUE, column: 1, title: "queue", ...unchecked, from: [SOURCES] },
      lines: activity === null ? [] : [count(waiting(activity.hours), "event"), "not delivered yet"],
    },
  ];
  const known = new Map(tables.map((table) => [table.name, table]));
  const passed = tables.filter(({ name }) => !BESIDE.has(name));
  return [
    ...inbound,
    ...passed.map((table) => ({
      ...{ id: table.name, column: columnOf(table, known), title: titleOf(table.name), table: table.name },
      ...{ lines: linesOf(table, modelAtMs), ...checksOf(table.name, report), from: originsOf(table) },
    })),
  ];
}

function columnOf({ name, layer, made_from }: LakeTable, known: ReadonlyMap<string, LakeTable>): number {
  if (layer === "gold") return made_from.some((from) => known.get(from)?.layer === "gold") ? 5 : 4;
  return layer === "silver" ? 3 : name === "ops.quarantine" || layer === "bronze" ? 2 : 1;
}

function titleOf(name: string): string {
  return name === MODEL ? "model" : name.slice(name.indexOf(".") + 1);
}

function originsOf({ name, made_from }: LakeTable): string[] {
  if (made_from.length > 0) return made_from;
  return [QUEUED.has(name) ? QUEUE : SOURCES];
}

function linesOf(table: LakeTable, modelAtMs: number | null): string[] {
  if (table.name === MODEL) {
    return [count(table.rows, "run"), modelAtMs === null ? "none is live" : `live for ${ago(modelAtMs)}`];
  }
  const { written_at } = table;
  return [
    `${table.shared_files === 0 ? "" : "≥ "}${count(table.rows, "row")}`,
    written_at === null ? "never written" : `${ago(written_at)} ago`,
  ];
}

function checksOf(name: string, report: Report | null): Pick<LineageNode, "state" | "checks"> {
  const own = report?.checks.filter(({ table }) => table === name) ?? [];
  const [worst] = own.toSorted((a, b) => ORDER[a.status] - ORDER[b.status]);
  if (worst === undefined) return { state: null, checks: "" };
  const { status } = worst;
  const same = own.filter((check) => check.status === status).length;
  const told: Record<Status, string> = {
    error: `✕ ${same} of ${own.length} checks fail`,
    warn: `! ${same} of ${own.length} worth a look`,
    unknown: `? ${same} of ${own.length} cannot tell yet`,
    pass: own.length === 1 ? "✓ its check passes" : `✓ ${own.length} checks pass`,
  };
  return { state: status, checks: told[status] };
}

function count(many: number, one: string): string {
  return `${many.toLocaleString()} ${one}${many === 1 ? "" : "s"}`;
}
