import { useState } from "preact/hooks";
import { ApiFailure, type Session, signIn } from "./api.ts";
import { Failure } from "./parts.tsx";

/** Asks for the secret key; the browser's own password store may keep it, the page does not. */
export function SignIn({ onSession }: { onSession: (session: Session) => void }) {
  const [error, setError] = useState<ApiFailure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget as HTMLFormElement).get("key")).trim();
    setBusy(true);
    try {
      onSession(await signIn(key));
    } catch (failure) {
      setError(failure instanceof ApiFailure ? failure : new ApiFailure(0, String(failure)));
      setBusy(false);
    }
  };
  return (
    <main id="page" class="sign-in" tabIndex={-1}>
      <h1>Lakeshore console</h1>
      <form class="card" onSubmit={submit}>
        <label for="key">Secret key</label>
        <input
          id="key"
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
