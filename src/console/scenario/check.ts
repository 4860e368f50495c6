import { useEffect, useState } from "preact/hooks";
import { ApiFailure, send } from "../api.ts";
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
    return (await send<{ problems: Problem[] }>("POST", "/v1/admin/scenarios:check", config)).problems;
  } catch (error) {
    const { message, field = "" } = error instanceof ApiFailure ? error : new ApiFailure(0, String(error));
    return [{ field, message }];
  }
}

/** What is wrong at a place; with `isBelow` also within it. */
export function problemAt(problems: readonly Problem[], path: Path, isBelow: boolean): string | undefined {
  const place = path.join(".");
  const found = problems.find(({ field }) => field === place || (isBelow && field.startsWith(`${place}.`)));
  return found?.message;
}
