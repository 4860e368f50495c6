/** Runs the `lakeshore` command line, under the Node of node_modules. */
import { lakeshoreProgram } from "./program.ts";

try {
  await lakeshoreProgram().parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
