import { Await, Card, Empty, Table } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Features {
  segments: string[];
  user: Record<string, unknown>;
  session: Record<string, unknown>;
}

/** What is known of a user now. */
export function Profile({ userId }: { userId: string }) {
  const features = useLoaded<Features>(`/v1/features?${new URLSearchParams({ user_id: userId })}`);
  return (
    <Card title="What is known" note="The features that rules and the ranker read, as of now.">
      <Await of={features}>
        {({ segments, user }) => {
          const known = Object.entries(user).filter(
            ([, value]) =>
              value !== null &&
              value !== 0 &&
              JSON.stringify(value) !== "{}" &&
              JSON.stringify(value) !== "[]",
          );
          return (
            <>
              <p>{segments.length === 0 ? "In no segment." : `Segments: ${segments.join(", ")}`}</p>
              {known.length === 0 ? (
                <Empty>Nothing is known of this user yet.</Empty>
              ) : (
                <Table caption="Features of the user" head={["Feature", "Value"]}>
                  {known.map(([name, value]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td>{inWords(value)}</td>
                    </tr>
                  ))}
                </Table>
              )}
            </>
          );
        }}
      </Await>
    </Card>
  );
}

const SHOWN_MAX = 8;

/** A feature's value: of weights by name the heaviest, of a list all. */
function inWords(value: unknown): string {
  if (typeof value === "number") return value.toLocaleString(undefined, { maximumFractionDigits: 2 });
  if (Array.isArray(value)) return value.map(inWords).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value).sort(([, a], [, b]) => Number(b) - Number(a));
  const told = parts.slice(0, SHOWN_MAX).map(([name, part]) => `${name} ${inWords(part)}`);
  return told.join(", ") + (parts.length > SHOWN_MAX ? `, and ${parts.length - SHOWN_MAX} more` : "");
}
