import { useEffect, useState } from "preact/hooks";
import { failureOf, send } from "../api.ts";
import type { Config, Path } from "./config.ts";

/** One thing that keeps a scenario from being stored. */
export interface Problem {
  /** The dotted path to it; empty: all of it. */
  field: string;
  message: string;
}

const CHECK_AFTER_MS = 300;

/** What the server would refuse of it, soon after it changed; what was told last stays until then. */
export function useProblems(config: Config): readonly Problem[] {
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const text = JSON.stringify(config);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      const found = await check(text);
      if (isWanted) setProblems(found);
    }, CHECK_AFTER_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  return problems;
}

async function check(text: string): Promise<readonly Problem[]> {
  try {
    const config: unknown = JSON.parse(text);
    const { problems } = await send<{ problems: Problem[] }>("POST", "/v1/admin/scenarios:check", config);
    return problems.map(({ field, message }) => ({ field, message: inShort(message) }));
  } catch (error) {
    const { message, field = "" } = failureOf(error);
    return [{ field, message }];
  }
}

/** What is wrong at a place; with `isBelow` also within it. */
export function problemAt(problems: readonly Problem[], path: Path, isBelow: boolean): string | undefined {
  const place = path.join(".");
  const found = problems.find(({ field }) => field === place || (isBelow && field.startsWith(`${place}.`)));
  return found?.message;
}

const WORDS: Readonly<Record<string, string>> = { int: "whole number", array: "list", object: "group" };

/** What the check says of a type or a bound, as said beside a field. */
function inShort(message: string): string {
  const [, type] = /^Invalid input: expected (\w+), received/.exec(message) ?? [];
  if (type !== undefined) return `must be a ${WORDS[type] ?? type}`;
  const [, sign, bound] = /^Too (?:big|small): expected \w+ to be ([<>])=(\S+)$/.exec(message) ?? [];
  if (bound === undefined) return message;
  return sign === "<" ? `must be ${bound} at most` : `must be ${bound} at least`;
}
