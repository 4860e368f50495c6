/** RFC 9562 version 7: 48 bits of time, then 74 of the 80 random bits. The events room has the same, behind its schemas. */
export function makeUuid(nowMs: number, random: Uint8Array): string {
  let hex = nowMs.toString(16).padStart(12, "0");
  random.forEach((byte, index) => {
    if (index === 0) byte = (byte & 0x0f) | 0x70;
    if (index === 2) byte = (byte & 0x3f) | 0x80;
    hex += byte.toString(16).padStart(2, "0");
  });
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
