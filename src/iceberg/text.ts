const encoder = new TextEncoder();
/** A byte order mark at the front is a character like any other. */
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Below this length a loop over ASCII is faster than a call of the coder: manifests are full of short texts. */
const LOOP_CHARS_MAX = 64;

export function encodeText(text: string): Uint8Array {
  if (text.length > LOOP_CHARS_MAX) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return encoder.encode(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** What is no UTF-8 becomes the replacement character. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.byteLength > LOOP_CHARS_MAX) return decoder.decode(bytes);
  for (const byte of bytes) if (byte > 127) return decoder.decode(bytes);
  return String.fromCharCode(...bytes);
}
