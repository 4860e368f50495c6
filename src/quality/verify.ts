import type { ObjectStore } from "../base/index.ts";
import { type AnyTable, type Lake, type LiveFile, TABLES } from "../lake/index.ts";
import type { PartAggregate } from "./aggregate.ts";
import type { AnyTableChecks } from "./check.ts";
import { DECLARED_CHECKS } from "./declarations/index.ts";
import { findRepeats } from "./find-repeats.ts";
import { readUpTo } from "./fresh.ts";
import { FILE_CHECKS, verifyFile } from "./physical.ts";

export interface TableSize {
  rows: number;
  files: number;
  bytes: number;
  snapshots: number;
}

export interface VerifyFault {
  table: string;
  check: string;
  detail: string;
}

export interface TableVerification {
  size: TableSize;
  /** Checks that held; those that did not stand in `faults`, once for each file or finding. */
  passed: number;
  faults: VerifyFault[];
}

interface VerifyPorts {
  lake: Pick<Lake, "load" | "files" | "scan">;
  store: ObjectStore;
}

/** The tables that exist, whole: every live file read from end to end, and what metadata says held against it. */
export async function verifyLake(
  ports: VerifyPorts,
  onTable: (table: string) => void = () => {},
): Promise<Record<string, TableVerification>> {
  const verified: Record<string, TableVerification> = {};
  for (const table of TABLES) {
    onTable(table.name);
    const outcome = await verifyTable(ports, table);
    if (outcome !== null) verified[table.name] = outcome;
  }
  return verified;
}

/** Null while nothing was ever committed to the table. */
export async function verifyTable(ports: VerifyPorts, table: AnyTable): Promise<TableVerification | null> {
  const state = await ports.lake.load(table);
  if (state === null) return null;
  const snapshotId = state.current?.id;
  const files = snapshotId === undefined ? [] : await ports.lake.files(table as never, { snapshotId });
  const size = {
    rows: sum(files, ({ rows }) => rows),
    files: files.length,
    bytes: sum(files, ({ bytes }) => bytes),
    snapshots: state.snapshots.length,
  };
  const faults: VerifyFault[] = [];
  const broken = new Set<string>();
  for (const file of files) {
    const fault = await verifyFile(ports, table, file);
    if (fault === null) continue;
    broken.add(file.path);
    faults.push({ table: table.name, check: fault.check, detail: `${fault.path}: ${fault.detail}` });
  }
  const totals = wrongTotal(state.current?.summary ?? {}, size);
  if (totals !== null) faults.push({ table: table.name, check: "totals", detail: totals });
  const checks = DECLARED_CHECKS.find((declared) => declared.table === table);
  const sound = files.filter(({ path }) => !broken.has(path));
  if (checks !== undefined) {
    faults.push(...(await repeatedRows(ports, checks, sound)), ...(await strayWatermarks(ports, checks)));
  }
  const asked = [...FILE_CHECKS, "totals", ...(checks === undefined ? [] : ["rows_once", "watermark"])];
  const failed = new Set(faults.map(({ check }) => check));
  return { size, passed: asked.filter((check) => !failed.has(check)).length, faults };
}

/** The snapshot's own totals, which readers take for granted. */
function wrongTotal(summary: Readonly<Record<string, string>>, size: TableSize): string | null {
  const stated: [string, number][] = [
    ["total-records", size.rows],
    ["total-data-files", size.files],
    ["total-files-size", size.bytes],
  ];
  const wrong = stated.find(
    ([name, value]) => summary[name] !== undefined && Number(summary[name]) !== value,
  );
  return wrong === undefined ? null : `${wrong[0]} is ${summary[wrong[0]]}, the files give ${wrong[1]}`;
}

/** Rows that repeat another's key, by partition; `silver.interactions` holds each event once. */
async function repeatedRows(
  { lake }: VerifyPorts,
  checks: AnyTableChecks,
  files: readonly LiveFile[],
): Promise<VerifyFault[]> {
  const faults: VerifyFault[] = [];
  const parts = Map.groupBy(files, ({ partition }) => JSON.stringify(partition));
  for (const [part, partFiles] of parts) {
    const tenants: PartAggregate = {};
    await findRepeats(lake, checks, partFiles, { tenants, failures: new Map() });
    for (const [tenant, { failing }] of Object.entries(tenants)) {
      for (const [check, rows] of Object.entries(failing)) {
        const detail = `${check}: ${rows} repeated rows of ${tenant} in partition ${part}`;
        faults.push({ table: checks.table.name, check: "rows_once", detail });
      }
    }
  }
  return faults;
}

/** What the table says it was made from has been there: a snapshot of its input, or one that expired. */
async function strayWatermarks(
  { lake }: VerifyPorts,
  { table, checks }: AnyTableChecks,
): Promise<VerifyFault[]> {
  const faults: VerifyFault[] = [];
  const output = await lake.load(table);
  for (const check of checks) {
    if (check.kind !== "fresh" || check.input === undefined) continue;
    const mark = readUpTo(output?.snapshots ?? [], check.input);
    const snapshots = (await lake.load(check.input))?.snapshots ?? [];
    const expired = snapshots[0]?.parentId !== null;
    if (mark === null || expired || snapshots.some(({ id }) => id === mark)) continue;
    const detail = `made from snapshot ${mark} of ${check.input.name}, which has no such snapshot`;
    faults.push({ table: table.name, check: "watermark", detail });
  }
  return faults;
}

function sum(files: readonly LiveFile[], of: (file: LiveFile) => number): number {
  return files.reduce((total, file) => total + of(file), 0);
}
