import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Captured {
  /** -1: the program could not be run. */
  code: number;
  /** Both streams, as they came. */
  output: string;
}

/** Runs a program to its end; `onLine` hears its stdout line by line. */
export function capture(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; onLine?: (line: string) => void } = {},
): Promise<Captured> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
  });
  let output = "";
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  if (options.onLine !== undefined) createInterface(child.stdout).on("line", options.onLine);
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: -1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? -1, output }));
  });
}
