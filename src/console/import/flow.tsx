import { useEffect, useMemo, useRef } from "preact/hooks";
import { type ColumnFacts, inferColumns, SAMPLE_ROWS } from "../../tabular/index.ts";
import { useLoaded } from "../use-loaded.ts";
import { type FileRow, type Piece, readerOf } from "./file.ts";
import { Mapping } from "./mapping.tsx";
import type { Plan } from "./plan.ts";
import { ImportRun } from "./run.ts";
import { Sending } from "./sending.tsx";

/** A file that somebody has chosen, and what its first rows show. */
export interface Picked {
  file: File;
  /** Its rows from their beginning. */
  open: () => AsyncGenerator<Piece>;
  sample: FileRow[];
  columns: ColumnFacts[];
}

/** The first rows, and what the columns are by them; in words why the file cannot be used. */
export async function lookAt(file: File): Promise<Picked | { error: string }> {
  const open = await readerOf(file);
  if ("error" in open) return open;
  const sample: FileRow[] = [];
  for await (const { rows } of open()) {
    sample.push(...rows.slice(0, SAMPLE_ROWS - sample.length));
    if (sample.length >= SAMPLE_ROWS) break;
  }
  const values = sample.flatMap((row) => (row.values === undefined ? [] : [row.values]));
  if (values.length === 0) return { error: "No row could be read: the first line must name the columns." };
  return { file, open, sample, columns: inferColumns(values) };
}

export interface FlowProps {
  picked: Picked;
  /** Null before it is sent. */
  run: ImportRun | null;
  onRun: (run: ImportRun) => void;
  onClose: () => void;
}

/** From a chosen file to rows in the shop: first what becomes of them, then the sending. */
export function Flow({ picked: { file, open, sample, columns }, run, onRun, onClose }: FlowProps) {
  const tenant = useLoaded<{ custom_event_types: string[] }>("/v1/admin/tenant");
  const declared = useMemo(() => new Set(tenant.data?.custom_event_types ?? []), [tenant.data]);
  const step = useRef<HTMLDivElement>(null);
  // What had the focus, the file's field or the button, is gone with the step before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step anew
  useEffect(() => step.current?.focus(), [run]);
  const begin = (plan: Plan) => {
    const begun = new ImportRun({ file, open, plan });
    begun.begin();
    onRun(begun);
  };
  return (
    <div ref={step} tabIndex={-1}>
      {run === null ? (
        <Mapping name={file.name} {...{ columns, sample, declared }} onSend={begin} onCancel={onClose} />
      ) : (
        <Sending run={run} onClose={onClose} />
      )}
    </div>
  );
}
