/**
 * Orders texts by their UTF-8 bytes, as Parquet's and Iceberg's bounds do: below 0, 0 or above 0. JavaScript's own `<` goes by
 * UTF-16 units, in which a surrogate pair (U+10000 and up) stands before U+E000 … U+FFFF.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

function byteRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
