import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiFailure, failureOf } from "./api.ts";
import { Failure } from "./parts.tsx";
import { signIn } from "./session.ts";

/**
 * Asks for the secret key; the browser's own password store may keep it, the page does not. `why`: what ended the session before. The address
 * stays as it is, so that the same page shows afterwards.
 */
export function SignIn({ why }: { why: string | null }) {
  const key = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<ApiFailure | null>(null);
  const [isBusy, setBusy] = useState(false);
  // What had the focus is gone with the page before.
  useEffect(() => key.current?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget as HTMLFormElement).get("key")).trim();
    setBusy(true);
    try {
      await signIn(given);
    } catch (failure) {
      setError(failureOf(failure));
      setBusy(false);
    }
  };
  return (
    <main id="page" class="sign-in" tabIndex={-1}>
      <h1>Lakeshore console</h1>
      <form class="card" onSubmit={submit}>
        {why === null ? null : (
          <p id="why" role="alert">
            {why}
          </p>
        )}
        <label for="key">Secret key</label>
        <input
          id="key"
          ref={key}
          aria-describedby={why === null ? undefined : "why"}
          name="key"
          type="password"
          autocomplete="current-password"
          placeholder="sk_…"
          required
        />
        <p class="note">
          It is shown to the server once. For the next eight hours a cookie of this site stands for it, which
          no script can read; revoking the key ends it.
        </p>
        {error === null ? null : <Failure error={error} />}
        <button type="submit" class="main" disabled={isBusy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
