/** How often to look whether the parent still lives. */
const PARENT_POLL_MS = 1_000;
/** A terminal and the parent may both pass on one Ctrl-C; a second one by hand comes later. */
const SAME_SIGNAL_MS = 500;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs `stop` once, then exits, on Ctrl-C, on a polite kill, and when the parent is gone: a process that nobody waits for
 * must not go on holding the port. A second Ctrl-C does not wait.
 */
export function onStop(stop: () => Promise<void>): void {
  let stoppedMs: number | null = null;
  function begin(code: number): void {
    if (stoppedMs !== null) {
      if (Date.now() - stoppedMs > SAME_SIGNAL_MS) process.exit(code);
      return;
    }
    stoppedMs = Date.now();
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exit(code);
      },
    );
  }
  for (const [signal, code] of Object.entries(EXIT_CODES)) process.on(signal, () => begin(code));
  process.on("disconnect", () => begin(EXIT_CODES.SIGHUP));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) begin(EXIT_CODES.SIGHUP);
  }, PARENT_POLL_MS).unref();
}
