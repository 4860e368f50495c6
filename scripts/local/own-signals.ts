import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./workers.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Lets the local runtime that is started next live through a Ctrl-C, which reaches it too. */
export function shieldRuntime(): void {
  if (process.platform === "win32" || process.env.MINIFLARE_WORKERD_PATH !== undefined) return;
  const requireAsMiniflare = createRequire(fileURLToPath(import.meta.resolve("miniflare")));
  process.env.LAKESHORE_WORKERD = (requireAsMiniflare("workerd") as { default: string }).default;
  process.env.MINIFLARE_WORKERD_PATH = path.join(ROOT, "scripts/local/workerd.sh");
}

/** Miniflare ends the process on the first signal; what it hooks up in `create` is unhooked, but for the hook on exit. */
export function withoutSignalHooks<T>(create: () => T): T {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  const made = create();
  SIGNALS.forEach((signal, index) => {
    for (const hook of process.listeners(signal)) {
      if (!before[index]?.has(hook)) process.off(signal, hook);
    }
  });
  return made;
}
