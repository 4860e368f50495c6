/** What the beacon needs of the world. `browser.ts` holds the real ones; none of them throws. */
export interface Ports {
  now(): number;
  random(bytes: number): Uint8Array;
  /** Runs once after `delayMs`; returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** A POST that outlives the page, as text/plain: no preflight. Status 0: no answer. */
  post(url: string, body: string): Promise<Reply>;
  /** sendBeacon: true when the browser took the body, which says nothing of the server. */
  beacon(url: string, body: string): boolean;
  /** With a body, a POST of it as text/plain. */
  get(url: string, body?: string): Promise<{ status: number; body: unknown }>;
  online(): boolean;
  local: KeyValue;
  session: KeyValue;
}

export interface Reply {
  status: number;
  retryAfter?: string | null;
}

/** Web storage. Where it is full or forbidden, `set` does nothing and `get` finds nothing. */
export interface KeyValue {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** Null for what is none: anybody may write into a storage. */
export function readJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
