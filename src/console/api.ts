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

export interface Session {
  tenant: string;
  csrf_token?: string;
  expires_at?: number;
}

const SESSION = "/v1/admin/session";
/** Kept in this page's memory alone. */
let csrf = "";

/** The session that the browser's cookie stands for; null where there is none. */
export async function currentSession(): Promise<Session | null> {
  try {
    return remember(await send<Session>("GET", SESSION));
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) return null;
    throw error;
  }
}

/** Shows the secret key once. It is kept nowhere. */
export async function signIn(secretKey: string): Promise<Session> {
  return remember(await send<Session>("POST", SESSION, {}, { authorization: `Bearer ${secretKey}` }));
}

export async function signOut(): Promise<void> {
  await send("DELETE", SESSION);
  csrf = "";
}

export function get<T>(path: string, query: Record<string, string | undefined> = {}): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  return send<T>("GET", search.size === 0 ? path : `${path}?${search}`);
}

export async function send<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { ...(method === "GET" ? {} : { "x-csrf-token": csrf }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiFailure(0, "the server cannot be reached");
  });
  const text = await response.text();
  const json = text === "" ? {} : JSON.parse(text);
  if (response.ok) return json as T;
  const { message = `answered ${response.status}`, field } = json.error ?? {};
  throw new ApiFailure(response.status, message, field);
}

function remember(session: Session): Session {
  csrf = session.csrf_token ?? "";
  return session;
}
