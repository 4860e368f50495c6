import { useCallback, useEffect, useState } from "preact/hooks";
import { type ApiFailure, failureOf, get } from "./api.ts";

export interface Loaded<T> {
  /** What came last; stays while it is asked again, so that nothing flickers. */
  data: T | null;
  error: ApiFailure | null;
  reload(): void;
}

/** Asks when shown and, while the tab is looked at, every `everyMs`. */
export function useLoaded<T>(path: string | null, everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ path: string | null; data: T | null; error: ApiFailure | null }>({
    path,
    data: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is what asks again
  useEffect(() => {
    if (path === null) return;
    let isWanted = true;
    get<T>(path).then(
      (data) => isWanted && setState({ path, data, error: null }),
      (error: unknown) => {
        const failure = failureOf(error);
        if (isWanted) setState((before) => ({ ...before, path, error: failure }));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [path, turn]);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") setTurn((before) => before + 1);
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const isOwn = state.path === path;
  return { data: isOwn ? state.data : null, error: isOwn ? state.error : null, reload };
}
