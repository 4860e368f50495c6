const encoder = new TextEncoder();
const UINT32 = 2 ** 32;

/** Little-endian bytes that grow: plain numbers only, as a BigInt per value would cost more than all the rest. */
export class Bytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written, without a copy: good until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** A whole number, exact up to 2^53. */
  int64(value: number): void {
    const high = Math.floor(value / UINT32);
    this.#int64(high, value - high * UINT32);
  }

  /** Microseconds of a time in ms, exact for every time that a `Date` can hold: 64 bits where a double has 53. */
  microsOf(timeMs: number): void {
    const high = Math.floor(timeMs / UINT32);
    const low = (timeMs - high * UINT32) * 1_000;
    const carry = Math.floor(low / UINT32);
    this.#int64(high * 1_000 + carry, low - carry * UINT32);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** LEB128, for values from 0 below 2^31. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.byteLength;
  }

  /** A text's UTF-8 bytes behind their count in four bytes. Short ASCII, which ids are, without a call out of JavaScript. */
  text(text: string): void {
    this.#reserve(4 + text.length * 3);
    const start = this.length + 4;
    const bytes = this.#bytes;
    let end = start;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        end = start + encoder.encodeInto(text, bytes.subarray(start)).written;
        break;
      }
      bytes[end++] = unit;
    }
    this.#view.setUint32(this.length, end - start, true);
    this.length = end;
  }

  #int64(high: number, low: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.length, low, true);
    this.#view.setInt32(this.length + 4, high, true);
    this.length += 8;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The parts one after the other, in bytes of their own. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
