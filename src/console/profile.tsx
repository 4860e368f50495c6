import { Await, Card, Empty, Figure } from "./parts.tsx";
import { Term } from "./term.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Features {
  segments: string[];
  user: {
    category_affinity: Record<string, number>;
    tag_affinity: Record<string, number>;
    price_level: number | null;
  };
  session: { session_events: number; session_items: number; session_ms: number; device: string | null };
}

const SHOWN_MAX = 6;
const MINUTE_MS = 60_000;

/** What is known of a user now. */
export function Profile({ userId }: { userId: string }) {
  const features = useLoaded<Features>(`/v1/features?${new URLSearchParams({ user_id: userId })}`);
  return (
    <Card title="What is known" note="As of now; rules and the model's second stage go by it.">
      <Await of={features} rows={9}>
        {({ segments, user, session }) => (
          <>
            <p>{segments.length === 0 ? "In no segment." : `Segments: ${segments.join(", ")}`}</p>
            <Shares title="Categories" of={user.category_affinity} />
            <Shares title="Tags" of={user.tag_affinity} />
            <dl class="figures">
              {user.price_level === null ? null : (
                <Figure
                  label="price level"
                  value={Math.expm1(user.price_level).toLocaleString(undefined, {
                    maximumSignificantDigits: 3,
                  })}
                  meaning="Geometric mean of the prices of what the newest 100 interactions were with, whatever the currency."
                />
              )}
              {session.session_events === 0 ? null : (
                <Figure
                  label="this visit"
                  value={session.session_items.toLocaleString()}
                  unit={`items in ${Math.max(1, Math.round(session.session_ms / MINUTE_MS))} min`}
                  meaning="Distinct items of the current session, which ends after half an hour without an event; of events that named the user and no device."
                />
              )}
            </dl>
          </>
        )}
      </Await>
    </Card>
  );
}

/** Shares of a user's interest, the greatest first. */
function Shares({ title, of }: { title: string; of: Record<string, number> }) {
  const shares = Object.entries(of).sort(([, a], [, b]) => b - a);
  if (shares.length === 0) return <Empty>{title}: nothing is known yet.</Empty>;
  const meaning =
    "Of the weight of all interactions, halved for every 7 days of age, the part with items of this name. An item may have several.";
  return (
    <>
      <h3>
        <Term name={title} meaning={meaning} />
      </h3>
      <ul class="shares">
        {shares.slice(0, SHOWN_MAX).map(([name, share]) => (
          <li key={name}>
            <span>{name}</span>
            <meter min={0} max={1} value={share} aria-label={name} />
            <span class="number">{(100 * share).toFixed(0)} %</span>
          </li>
        ))}
      </ul>
      {shares.length > SHOWN_MAX ? <p class="note">and {shares.length - SHOWN_MAX} more</p> : null}
    </>
  );
}
