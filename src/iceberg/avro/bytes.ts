import { decodeText, encodeText } from "../text.ts";

/** Beyond this, doubling a number for the zigzag form would lose its last bit. */
const ZIGZAG_EXACT_MAX = 2 ** 52;

/** Avro's binary encoding, written into one growing buffer. */
export class AvroWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** int and long: zigzag, then seven bits a byte, low ones first. */
  long(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not an exact integer: ${value}`);
    this.#room(10);
    if (Math.abs(value) > ZIGZAG_EXACT_MAX) this.#bigLong(BigInt(value));
    else this.#smallLong(value);
  }

  #smallLong(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #bigLong(value: bigint): void {
    let rest = value >= 0n ? value * 2n : -value * 2n - 1n;
    while (rest >= 128n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  boolean(value: boolean): void {
    this.#room(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  double(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.long(value.byteLength);
    this.raw(value);
  }

  string(value: string): void {
    this.bytes(encodeText(value));
  }

  raw(value: Uint8Array): void {
    this.#room(value.byteLength);
    this.#bytes.set(value, this.#length);
    this.#length += value.byteLength;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads Avro's binary encoding; throws a RangeError where the bytes end too early. */
export class AvroReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.byteLength;
  }

  long(): number {
    const start = this.#offset;
    let rest = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#view.getUint8(this.#offset++);
      rest += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    if (rest > ZIGZAG_EXACT_MAX) return this.#bigLong(start);
    return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
  }

  #bigLong(start: number): number {
    let rest = 0n;
    for (let i = this.#offset - 1; i >= start; i--)
      rest = (rest << 7n) | BigInt(this.#view.getUint8(i) & 127);
    return Number(rest % 2n === 0n ? rest / 2n : -(rest + 1n) / 2n);
  }

  boolean(): boolean {
    return this.#view.getUint8(this.#offset++) !== 0;
  }

  float(): number {
    this.#offset += 4;
    return this.#view.getFloat32(this.#offset - 4, true);
  }

  double(): number {
    this.#offset += 8;
    return this.#view.getFloat64(this.#offset - 8, true);
  }

  bytes(): Uint8Array {
    return this.raw(this.long());
  }

  string(): string {
    return decodeText(this.bytes());
  }

  /** A view of the next bytes. */
  raw(length: number): Uint8Array {
    if (length < 0 || this.#offset + length > this.#bytes.byteLength) {
      throw new RangeError("Avro bytes end too early");
    }
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }
}
