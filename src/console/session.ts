import { ApiFailure, bringToken, call, ENDED, failureOf, watchSession } from "./api.ts";
import { Store } from "./store.ts";
import { forgetAll } from "./unsaved.ts";

interface Session {
  tenant: string;
  csrf_token?: string;
}

/** `closed`: the form is shown, with `why` where there was a session. `open`: `notice` tells of a tenant that another tab brought. */
type State =
  | { is: "asked" }
  | { is: "unknown"; error: ApiFailure }
  | { is: "open"; tenant: string; notice: string | null }
  | { is: "closed"; why: string | null };

const PATH = "/v1/admin/session";
const UNTOLD =
  "This page has forgotten everything, but the server could not be told: until it is, or for eight hours at most, reloading the page brings the session back.";

export const session = new Store<State>({ is: "asked" });
/** Whose memory this page holds, over the end of a session too. */
let lastTenant: string | null = null;
/** A browser has one session for all of its tabs. */
const tabs = new BroadcastChannel("lakeshore-session");

/** Asks whose session the browser has, now and whenever it may have become another's. */
export function keepSession(): void {
  watchSession({ ended: end, replaced });
  tabs.addEventListener("message", () => void look());
  addEventListener("visibilitychange", () => {
    // Who has signed out here stays out until somebody signs in.
    if (document.visibilityState === "visible" && session.value.is !== "closed") void look();
  });
  void look();
}

/** Shows the secret key once. It is kept nowhere. */
export async function signIn(secretKey: string): Promise<void> {
  open(await call<Session>("POST", PATH, {}, { authorization: `Bearer ${secretKey}` }));
  tabs.postMessage("opened");
}

/** Ends in the form, whatever the server says. */
export async function signOut(): Promise<void> {
  let why: string | null = null;
  try {
    // The browser's session may be another tab's by now: it is ended all the same, and by its own token.
    const browsers = await asked();
    if (browsers !== null) {
      bringToken(browsers.csrf_token ?? "");
      await call("DELETE", PATH);
    }
  } catch {
    why = UNTOLD;
  }
  forgetAll();
  bringToken("");
  session.set({ is: "closed", why });
  tabs.postMessage("closed");
}

/** The session that the browser's cookie stands for; null where there is none. */
async function asked(): Promise<Session | null> {
  try {
    return await call<Session>("GET", PATH);
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) return null;
    throw error;
  }
}

async function look(): Promise<void> {
  try {
    const browsers = await asked();
    if (browsers !== null) open(browsers);
    else if (session.value.is === "open") end();
    else if (session.value.is !== "closed") session.set({ is: "closed", why: null });
  } catch (error) {
    // A server that cannot be reached says nothing about a session that was good.
    if (session.value.is === "asked") session.set({ is: "unknown", error: failureOf(error) });
  }
}

async function replaced(): Promise<boolean> {
  const before = lastTenant;
  await look();
  return session.value.is === "open" && session.value.tenant === before;
}

function end(): void {
  bringToken("");
  session.set({ is: "closed", why: ENDED });
}

/** What was kept for one tenant is nothing that another one may see, nor the address what it looked at. */
function open({ tenant, csrf_token = "" }: Session): void {
  bringToken(csrf_token);
  const wasOpen = session.value.is === "open";
  const isOther = lastTenant !== null && lastTenant !== tenant;
  lastTenant = tenant;
  if (isOther) {
    forgetAll();
    history.replaceState(null, "", location.hash.split("?")[0] || "#/");
  }
  const notice =
    isOther && wasOpen ? `Another tab has signed in as ${tenant}: this one shows ${tenant} now, too.` : null;
  if (isOther || !wasOpen) session.set({ is: "open", tenant, notice });
}
