import { type ComponentType, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiFailure, currentSession, type Session, signOut } from "./api.ts";
import { CostsPage } from "./page-costs.tsx";
import { DataPage } from "./page-data.tsx";
import { ExplorePage } from "./page-explore.tsx";
import { KeysPage } from "./page-keys.tsx";
import { NowPage } from "./page-now.tsx";
import { OutcomePage } from "./page-outcome.tsx";
import { QualityPage } from "./page-quality.tsx";
import { ScenariosPage } from "./page-scenarios.tsx";
import { Failure } from "./parts.tsx";
import { SignIn } from "./sign-in.tsx";

/** Each page is one question. */
const PAGES: Record<string, { name: string; View: ComponentType }> = {
  now: { name: "Now", View: NowPage },
  quality: { name: "Quality", View: QualityPage },
  outcome: { name: "Outcome", View: OutcomePage },
  explore: { name: "Explore", View: ExplorePage },
  scenarios: { name: "Scenarios", View: ScenariosPage },
  data: { name: "Data", View: DataPage },
  costs: { name: "Costs", View: CostsPage },
  keys: { name: "Keys", View: KeysPage },
};
const FIRST = "now";

/** The page's name out of `#/explore?user=ann`. */
function pageNow(): string {
  const name = /^#\/(\w+)/.exec(location.hash)?.[1] ?? FIRST;
  return name in PAGES ? name : FIRST;
}

function App() {
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const [error, setError] = useState<ApiFailure | null>(null);
  const [page, setPage] = useState(pageNow());
  useEffect(() => {
    currentSession().then(setSession, (failure: unknown) =>
      setError(failure instanceof ApiFailure ? failure : new ApiFailure(0, String(failure))),
    );
    const navigate = () => {
      setPage(pageNow());
      document.getElementById("page")?.focus();
    };
    addEventListener("hashchange", navigate);
    return () => removeEventListener("hashchange", navigate);
  }, []);
  if (error !== null) return <Failure error={error} retry={() => location.reload()} />;
  if (session === undefined) return null;
  if (session === null) return <SignIn onSession={setSession} />;
  const { View, name } = PAGES[page] as (typeof PAGES)[string];
  document.title = `${name} · Lakeshore`;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("page")?.focus()}>
        Skip to the page
      </button>
      <header class="top">
        <b class="brand">Lakeshore</b>
        <nav aria-label="Pages">
          {Object.entries(PAGES).map(([key, { name: label }]) => (
            <a key={key} href={`#/${key}`} {...(key === page ? { "aria-current": "page" as const } : {})}>
              {label}
            </a>
          ))}
        </nav>
        <span class="tenant">{session.tenant}</span>
        <button
          type="button"
          onClick={async () => {
            await signOut();
            setSession(null);
          }}
        >
          Sign out
        </button>
      </header>
      <View key={page} />
    </>
  );
}

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
