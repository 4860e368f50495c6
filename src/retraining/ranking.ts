import { HISTORY_MAX } from "../base/index.ts";
import { type Cases, createPace, type Pace, rankCases, rankSeconds, takeCases } from "../learn/index.ts";
import type { Exposure } from "../registry/index.ts";
import type { RetrainStep } from "./contract.ts";
import { decodeColumns, encodeColumns } from "./dataset-file.ts";
import { type ExposureOptions, type Numbering, watchExposure } from "./exposure.ts";
import type { Context } from "./fit.ts";
import { inSlices, SLICE_SECONDS } from "./slices.ts";

/** A file whose lists are compared with another's. */
export interface Side {
  /** Of its results in the run's folder. */
  name: string;
  /** Its bytes, the caller's own: they are discarded. */
  read(): Promise<Uint8Array>;
  numbering: Numbering & {
    /** F of the graph. */
    contentWidth: number;
  };
}

export interface RankedSide {
  /** [cases] as `rankCases` gives them. */
  ranks: Float64Array;
  exposure: Exposure;
}

export interface RankingTask<T> {
  /** Of the slices, and of their results' folder. */
  name: string;
  step: RetrainStep;
  /** Called by each slice. */
  open(): Promise<{ cases: Cases; sides: readonly Side[] }>;
  /** What a person is told at a fraction 0…1 of so many cases. */
  message(fraction: number, cases: number): string;
  /** What is made of all ranks, by the name of the side. */
  finish(cases: Cases, ranked: Readonly<Record<string, RankedSide>>): Promise<T>;
}

/**
 * Estimated CPU-seconds of what is ranked at once: a quarter of a slice, and no less, for each part loads its file. The same whatever a
 * slice may take: how cases are batched must not follow from that.
 */
const PART_SECONDS = 40;

/** What one part left. */
interface PartResult {
  ranks: Float64Array;
  /** Items of the lists' first places, as the graph numbers them. */
  shown: Uint32Array;
  workSeconds: number;
}

/** Every figure comes from here: exported files, run by the engine as serving runs them. In slices whose results are in the run's folder. */
export async function rankInSlices<T extends object>(
  context: Context,
  { name, step, open, message, finish }: RankingTask<T>,
): Promise<T & { workSeconds: number }> {
  const { ports, workspace } = context;
  return inSlices(context.step, name, async () => {
    const { cases, sides } = await open();
    const parts = partsOf(cases);
    const pace = createPace(ports.yieldTo);
    const hasRoom = ({ targetRows, dataset }: Cases) =>
      pace.workSeconds === 0 ||
      pace.workSeconds + targetRows.length * rankSeconds(dataset.itemIds.length) <=
        (ports.sliceSeconds ?? SLICE_SECONDS);
    const report = workspace.progress(step);
    const done: PartResult[] = [];
    const workSeconds = () => done.reduce((sum, part) => sum + part.workSeconds, 0);
    for (const side of sides) {
      for (const [index, part] of parts.entries()) {
        const file = `${name}/${side.name}-${index}.bin`;
        const before = await workspace.find(file);
        if (before === null && !hasRoom(part)) return { done: false, workSeconds: workSeconds() };
        const onProgress = (fraction: number) => {
          const all = (done.length + fraction) / (sides.length * parts.length);
          report(all, message(all, cases.targetRows.length));
        };
        const result =
          before === null
            ? await rankPart(context, side, part, { pace, onProgress })
            : (decodeColumns(before) as unknown as PartResult);
        if (before === null) await workspace.write(file, encodeColumns(result));
        done.push(result);
      }
    }
    const ranked: Record<string, RankedSide> = {};
    for (const [index, side] of sides.entries()) {
      const own = done.slice(index * parts.length, (index + 1) * parts.length);
      ranked[side.name] = await joined(context, cases, side, own);
    }
    return { done: true, workSeconds: workSeconds(), ...(await finish(cases, ranked)) };
  });
}

async function rankPart(
  context: Context,
  { read, numbering }: Side,
  cases: Cases,
  { pace, onProgress }: { pace: Pace; onProgress(fraction: number): void },
): Promise<PartResult> {
  const { engine, yieldTo } = context.ports;
  const before = pace.workSeconds;
  const { onList, shown } = watchExposure(cases, await exposureOptions(context, numbering));
  const options = { ...numbering, historyMax: HISTORY_MAX, onList, onProgress, pace, isModelDead: true };
  const ranks = await rankCases(engine, await read(), cases, options, yieldTo);
  return { ranks, shown: Uint32Array.from(shown), workSeconds: pace.workSeconds - before };
}

async function joined(
  context: Context,
  cases: Cases,
  { numbering }: Side,
  parts: readonly PartResult[],
): Promise<RankedSide> {
  const shown = parts.flatMap((part) => [...part.shown]);
  return {
    ranks: Float64Array.from(parts.flatMap((part) => [...part.ranks])),
    exposure: watchExposure(cases, await exposureOptions(context, numbering), shown).exposure(),
  };
}

async function exposureOptions({ workspace }: Context, numbering: Numbering): Promise<ExposureOptions> {
  const recent = await workspace.read("recent.bin");
  return { ...numbering, recent, counts: await readCounts(workspace) };
}

/** [items of the data set] rows of each among those fitted on. */
export async function readCounts(workspace: Context["workspace"]): Promise<Uint32Array> {
  return new Uint32Array((await workspace.read("counts.bin")).buffer);
}

/** In their order. Cases that share a history stay together. */
export function partsOf(cases: Cases): Cases[] {
  const { targetRows, users, historyEnds } = cases;
  const casesMax = Math.max(1, Math.floor(PART_SECONDS / rankSeconds(cases.dataset.itemIds.length)));
  if (targetRows.length <= casesMax) return [cases];
  const parts: Cases[] = [];
  for (let from = 0; from < targetRows.length; ) {
    let end = Math.min(from + casesMax, targetRows.length);
    while (users[end] === users[end - 1] && historyEnds[end] === historyEnds[end - 1]) end++;
    const first = from;
    parts.push(
      takeCases(
        cases,
        Array.from({ length: end - first }, (_, place) => first + place),
      ),
    );
    from = end;
  }
  return parts;
}
