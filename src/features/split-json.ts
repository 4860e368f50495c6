const encoder = new TextEncoder();

/** JSON arrays of the values, in order, each at most `bytesMax` long; a value that is longer by itself stands alone. */
export function splitJson(values: readonly unknown[], bytesMax: number): string[] {
  const documents: string[] = [];
  let parts: string[] = [];
  let bytes = 2;
  for (const value of values) {
    const text = JSON.stringify(value);
    const size = encoder.encode(text).byteLength + 1;
    if (parts.length > 0 && bytes + size > bytesMax) {
      documents.push(`[${parts.join(",")}]`);
      parts = [];
      bytes = 2;
    }
    parts.push(text);
    bytes += size;
  }
  if (parts.length > 0) documents.push(`[${parts.join(",")}]`);
  return documents;
}
