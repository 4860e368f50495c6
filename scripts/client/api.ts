import { setTimeout as sleep } from "node:timers/promises";

const ATTEMPTS_MAX = 8;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Node's own name would be taken for a robot's. */
const USER_AGENT = "lakeshore-cli";

/** An answer other than 2xx, in the server's own words. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export interface ApiRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  /** Retry when the server cannot be reached, is busy or fails: true for all that may be repeated without harm. */
  retry?: boolean;
}

/** One Lakeshore server and one key. Waits out 429 and 503 as `Retry-After` says, or with a doubling pause. */
export class ApiClient {
  readonly url: string;
  readonly #key: string;
  readonly #headers: Record<string, string>;
  /** A server that never answered is not waited for: the address is more likely wrong than the server busy. */
  #reached = false;

  /** `headers` go with every request. */
  constructor(url: string, key: string, headers: Record<string, string> = {}) {
    this.url = url.replace(/\/+$/, "");
    this.#key = key;
    this.#headers = { "user-agent": USER_AGENT, ...headers, authorization: `Bearer ${key}` };
  }

  /** The same server and key, under another name. */
  withAgent(agent: string): ApiClient {
    return new ApiClient(this.url, this.#key, { ...this.#headers, "user-agent": agent });
  }

  /** The JSON body of a 2xx answer; throws `ApiError` for others. */
  async request<T>(path: string, request: ApiRequest = {}): Promise<T> {
    const target = new URL(this.url + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    for (let attempt = 1; ; attempt++) {
      const last = request.retry === false || attempt === ATTEMPTS_MAX;
      let response: Response;
      try {
        response = await this.#send(target, request);
      } catch (error) {
        if (last || !this.#reached) {
          throw new Error(`${this.url} cannot be reached (${reason(error)}). Is Lakeshore running there?`);
        }
        await sleep(backoffMs(attempt));
        continue;
      }
      this.#reached = true;
      const text = await response.text();
      if (response.ok) return (text === "" ? null : JSON.parse(text)) as T;
      if (last || !isPassing(response.status)) {
        throw new ApiError(
          response.status,
          `${request.method ?? "GET"} ${path}: ${errorMessage(response, text)}`,
        );
      }
      await sleep(retryAfterMs(response) ?? backoffMs(attempt));
    }
  }

  #send(target: URL, request: ApiRequest): Promise<Response> {
    return fetch(target, {
      method: request.method ?? "GET",
      headers: {
        ...this.#headers,
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }
}

function isPassing(status: number): boolean {
  return status === 429 || status === 500 || status === 502 || status === 503 || status === 504;
}

function backoffMs(attempt: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
}

/** `Retry-After` in seconds, as Lakeshore sends it. */
function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(60, seconds) * 1_000 : null;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

/** The message of `{error: {message}}` or `{error: "…"}`, else the start of the body. */
function errorMessage(response: Response, text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: string | { message?: string } };
    const message = typeof error === "string" ? error : error?.message;
    if (message !== undefined) return `${message} (${response.status})`;
  } catch {
    // Not JSON: shown as it is.
  }
  return `${response.status} ${text.slice(0, 200)}`.trim();
}
