import type { Miniflare } from "miniflare";
import { type CpuProfile, SAMPLING_INTERVAL_US } from "./cpu-profile.ts";

/** Profiles one Worker's isolate until the returned function is called. The runtime must have an `inspectorPort`. */
export async function startCpuProfile(
  miniflare: Miniflare,
  worker: string,
): Promise<() => Promise<CpuProfile>> {
  const session = await inspect(miniflare, worker);
  await session.call("Profiler.enable");
  await session.call("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
  await session.call("Profiler.start");
  return async () => {
    const { profile } = (await session.call("Profiler.stop")) as { profile: CpuProfile };
    session.close();
    return profile;
  };
}

/** A session with one Worker's isolate. */
export async function inspect(miniflare: Miniflare, worker: string): Promise<InspectorSession> {
  const { host } = await miniflare.getInspectorURL();
  const targets = (await (await fetch(`http://${host}/json`)).json()) as {
    id: string;
    webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ id }) => id === worker || id.endsWith(`:${worker}`));
  if (target === undefined) throw new Error(`the inspector has no Worker ${worker}`);
  return connect(target.webSocketDebuggerUrl);
}

export interface InspectorSession {
  call(method: string, params?: object): Promise<unknown>;
  close(): void;
}

async function connect(url: string): Promise<InspectorSession> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`the inspector at ${url} does not answer`)));
  });
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      id?: number;
      result?: unknown;
      error?: { message: string };
    };
    const call = waiting.get(id ?? -1);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(`inspector: ${error.message}`));
    waiting.delete(id ?? -1);
  });
  socket.addEventListener("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the inspector closed the connection"));
  });
  return {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
}
