import type { RunReport } from "../../src/registry/index.ts";
import { axisAround, figure, linePlot, paragraph, type Series, section, table } from "../plots/index.ts";
import { fixed, parametersOf } from "./words.ts";

interface Curve {
  name: string;
  detail: string;
  losses: readonly number[];
}

/** More lines than this are not told apart: the best trials, and what was fitted in the end. */
const CURVES_MAX = 8;

/** Loss by pass of what is trained in passes; empty where nothing is. */
export function curveSection({ trials, curves, recipe }: RunReport): string {
  const final = curves.map(({ fit, learner, losses }) => {
    const part = recipe?.parts.find((one) => one.learner === learner);
    return { name: `${learner}, ${fit}`, detail: parametersOf(part?.parameters ?? {}), losses };
  });
  const tried = trials
    .flatMap(({ learner, losses, figure, parameters }, index) =>
      losses === undefined
        ? []
        : [{ name: `${learner}, trial ${index + 1}`, detail: parametersOf(parameters), losses, figure }],
    )
    .sort((a, b) => b.figure - a.figure);
  const shown: Curve[] = [...final, ...tried].slice(0, CURVES_MAX);
  if (shown.length === 0) return "";
  const series = shown.map(
    ({ name, losses }, look): Series => ({
      name,
      look,
      points: losses.map((value, index) => ({
        x: index + 1,
        value,
        note: `pass ${index + 1}: ${fixed(value, 3)}`,
      })),
    }),
  );
  const longest = Math.max(...shown.map(({ losses }) => losses.length));
  const title = "Training loss by pass over the data";
  const plot = linePlot({
    title,
    description: shown.map(({ name, losses }) => `${name}: from ${ends(losses).join(" to ")}`).join("; "),
    x: axisAround([0, longest], { label: "pass over the data" }),
    y: axisAround(
      shown.flatMap(({ losses }) => losses),
      { label: "mean loss (nats)" },
    ),
    series,
  });
  const rows = shown.map(({ name, detail, losses }) => [name, `${losses.length}`, ...ends(losses), detail]);
  const left = final.length + tried.length - shown.length;
  const more = left > 0 ? ` Of ${left} more trials the curves are in the report's JSON.` : "";
  return section(
    "Training curves",
    paragraph(
      `Mean loss of each pass: a softmax over the right item and sampled wrong ones, dropout on. Fits on more rows, or with more negatives, have other losses.${more}`,
    ),
    figure(title, plot),
    table("First and last pass", ["fit", "passes", "first loss", "last loss", "parameters"], rows),
  );
}

function ends(losses: readonly number[]): string[] {
  return [losses[0], losses.at(-1)].map((loss) => (loss === undefined ? "–" : fixed(loss, 3)));
}
