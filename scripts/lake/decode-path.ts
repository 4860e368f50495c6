/** A path's parts between its slashes, decoded; null where a `%` encodes nothing. */
export function decodePath(path: string): string[] | null {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return null;
  }
}
