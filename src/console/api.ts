/** What the API says when it refuses, in its own words. */
export class ApiFailure extends Error {
  readonly status: number;
  /** What was wrong: a parameter, or a dotted path into the body. */
  readonly field: string | undefined;

  constructor(status: number, message: string, field?: string) {
    super(message);
    this.name = "ApiFailure";
    this.status = status;
    this.field = field;
  }
}

/** Whatever was thrown, as something to be shown. */
export function failureOf(error: unknown): ApiFailure {
  return error instanceof ApiFailure ? error : new ApiFailure(0, String(error));
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What answers say of the session. */
interface SessionWatch {
  /** An answer said that there is none any more. */
  ended(): void;
  /** A change was refused as another session's: whether it may be sent again, as the browser's session is the same tenant's. */
  replaced(): Promise<boolean>;
}

export const ENDED = "Your session has ended; sign in again.";
const CSRF_HEADER = "x-csrf-token";
/** Kept in this page's memory alone. */
let csrf = "";
let watch: SessionWatch | null = null;

export function bringToken(token: string): void {
  csrf = token;
}

export function watchSession(by: SessionWatch): void {
  watch = by;
}

export function get<T>(path: string, query: Record<string, string | undefined> = {}): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  return send<T>("GET", search.size === 0 ? path : `${path}?${search}`);
}

/** A call within the session. */
export async function send<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const sentWith = csrf;
  try {
    return await call<T>(method, path, body);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    // An answer that comes late tells of the session that it was asked in, and not of the one after it.
    if (error.status === 401) {
      if (csrf === sentWith) watch?.ended();
      throw new ApiFailure(401, ENDED);
    }
    const isForeign = error.status === 403 && error.message.startsWith(CSRF_HEADER);
    if (isForeign && (await watch?.replaced())) return call<T>(method, path, body);
    throw error;
  }
}

/** The call itself; whoever makes it sees to what becomes of the session. */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { ...(method === "GET" ? {} : { [CSRF_HEADER]: csrf }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiFailure(0, "the server cannot be reached");
  });
  const answer = read(await response.text(), response.status);
  if (response.ok) return answer as T;
  const { message = told(response.status), field } = errorOf(answer);
  throw new ApiFailure(response.status, message, field);
}

/** What stands before the server, a proxy or a gateway, answers with pages of its own. */
function read(text: string, status: number): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFailure(status, told(status));
  }
}

function errorOf(answer: unknown): { message?: string; field?: string } {
  const isObject = typeof answer === "object" && answer !== null;
  return (isObject && (answer as { error?: { message?: string; field?: string } }).error) || {};
}

function told(status: number): string {
  return `the server answered ${status}${status < 300 ? " with something that cannot be read" : ""}`;
}
