import { type ComponentType, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CostsPage } from "./page-costs.tsx";
import { DataPage } from "./page-data.tsx";
import { ExplorePage } from "./page-explore.tsx";
import { KeysPage } from "./page-keys.tsx";
import { NowPage } from "./page-now.tsx";
import { OutcomePage } from "./page-outcome.tsx";
import { QualityPage } from "./page-quality.tsx";
import { ScenariosPage } from "./page-scenarios.tsx";
import { Failure } from "./parts.tsx";
import { keepSession, session, signOut } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { useStore } from "./store.ts";
import { askBeforeUnload, isAnyUnsaved } from "./unsaved.ts";

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
const SURE =
  "What was changed of scenarios and not published is lost, and an import under way stops. Sign out?";

/** The page's name out of `#/explore?user=ann`. */
function pageNow(): string {
  const name = /^#\/(\w+)/.exec(location.hash)?.[1] ?? FIRST;
  return Object.hasOwn(PAGES, name) ? name : FIRST;
}

function App() {
  const state = useStore(session);
  if (state.is === "asked") return null;
  if (state.is === "unknown") return <Failure error={state.error} retry={() => location.reload()} />;
  if (state.is === "closed") return <SignIn why={state.why} />;
  // By tenant: of one, nothing stays in the page for another.
  return <Shell key={state.tenant} tenant={state.tenant} notice={state.notice} />;
}

function Shell({ tenant, notice }: { tenant: string; notice: string | null }) {
  const [page, setPage] = useState(pageNow());
  useEffect(() => {
    const navigate = () => {
      setPage(pageNow());
      document.getElementById("page")?.focus();
    };
    addEventListener("hashchange", navigate);
    return () => removeEventListener("hashchange", navigate);
  }, []);
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
        <span class="tenant">{tenant}</span>
        <button
          type="button"
          onClick={() => {
            if (!isAnyUnsaved() || confirm(SURE)) void signOut();
          }}
        >
          Sign out
        </button>
        {notice === null ? null : (
          <p class="notice" role="alert">
            {notice}
          </p>
        )}
      </header>
      <View key={page} />
    </>
  );
}

const root = document.getElementById("app");
if (root !== null) {
  keepSession();
  askBeforeUnload();
  render(<App />, root);
}
