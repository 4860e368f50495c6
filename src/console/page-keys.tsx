import { useState } from "preact/hooks";
import { send } from "./api.ts";
import { Action, Await, Card, Empty, Page, Table, Time } from "./parts.tsx";
import { AuditCard, PrivacyCard } from "./privacy.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Keys {
  keys: {
    hash: string;
    kind: "publishable" | "secret";
    origins: string[];
    created_at: number;
    revoked_at: number | null;
  }[];
}

/** Who may speak for the shop? */
export function KeysPage() {
  const keys = useLoaded<Keys>("/v1/admin/keys");
  const [made, setMade] = useState<string | null>(null);
  const [kind, setKind] = useState<"publishable" | "secret">("publishable");
  const [origins, setOrigins] = useState("");
  const make = async () => {
    const listed = origins.split(/[\s,]+/).filter((origin) => origin !== "");
    const { key } = await send<{ key: string }>("POST", "/v1/admin/keys", {
      kind,
      origins: kind === "secret" ? [] : listed,
    });
    setMade(key);
    keys.reload();
  };
  return (
    <Page question="Who may speak for the shop?">
      <Card title="New key" note="Publishable keys stand in pages; secret ones on your servers alone.">
        <div class="form">
          <label>
            Kind{" "}
            <select value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)}>
              <option value="publishable">publishable</option>
              <option value="secret">secret</option>
            </select>
          </label>
          <label>
            Origins{" "}
            <input
              value={origins}
              disabled={kind === "secret"}
              placeholder="https://shop.example; empty: anywhere"
              onInput={(event) => setOrigins(event.currentTarget.value)}
            />
          </label>
          <Action act={make}>Make it</Action>
        </div>
        {made === null ? null : (
          <p role="status" class="made">
            Copy it now, it is told this once: <code>{made}</code>
          </p>
        )}
      </Card>
      <Card
        title="Keys"
        note="A key is known by its hash: the key itself is stored nowhere. Revoking one is effective everywhere within 60 s."
      >
        <Await of={keys}>
          {({ keys: all }) =>
            all.length === 0 ? (
              <Empty>There are none.</Empty>
            ) : (
              <Table caption="Keys" head={["Hash", "Kind", "Origins", "Made", ""]}>
                {all.map(({ hash, kind: own, origins: at, created_at, revoked_at }) => (
                  <tr key={hash} class={revoked_at === null ? "" : "gone"}>
                    <th scope="row">
                      <code>{hash.slice(0, 12)}…</code>
                    </th>
                    <td>{own}</td>
                    <td>{at.length === 0 ? "anywhere" : at.join(", ")}</td>
                    <td>
                      <Time ms={created_at} />
                    </td>
                    <td>
                      {revoked_at !== null ? (
                        <>
                          revoked <Time ms={revoked_at} />
                        </>
                      ) : (
                        <Action
                          sure={`Revoke the ${own} key ${hash.slice(0, 12)}…? Whoever uses it is refused within a minute.`}
                          act={() => send("DELETE", `/v1/admin/keys/${hash}`).then(keys.reload)}
                        >
                          Revoke
                        </Action>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Await>
      </Card>
      <PrivacyCard />
      <AuditCard />
    </Page>
  );
}
