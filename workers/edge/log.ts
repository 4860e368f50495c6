/**
 * One line for what went wrong. Neither addresses nor headers nor bodies are ever logged: they may hold keys and ids of
 * people; `where` is a route's pattern.
 */
export function logFailure(where: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  console.error(
    JSON.stringify({ level: "error", where, message: message.replace(/\b([ps]k)_[\w-]+/g, "$1_…") }),
  );
}
