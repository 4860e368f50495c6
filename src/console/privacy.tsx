import { useState } from "preact/hooks";
import { get, send } from "./api.ts";
import { Action, Await, Card, Empty, Time } from "./parts.tsx";
import { useLoaded } from "./use-loaded.ts";
import { VirtualTable } from "./virtual-rows.tsx";

interface Exported {
  user_id: string;
  exported_at: number;
  attributes: object | null;
  events: object[];
  complete: boolean;
}

/** What somebody may ask for: their data, or that it goes. */
export function PrivacyCard() {
  const [userId, setUserId] = useState("");
  const [receipt, setReceipt] = useState<string | null>(null);
  const path = `/v1/users/${encodeURIComponent(userId.trim())}`;
  const isNamed = userId.trim() !== "";
  const save = async () => {
    const data = await get<Exported>(`${path}/export`);
    download(`${data.user_id}.json`, JSON.stringify(data, null, 2));
    const more = data.complete ? "" : " There are older ones: ask again by the lake.";
    setReceipt(
      `${data.events.length} events and ${data.attributes === null ? "no" : "the"} attributes of ${data.user_id} were exported.${more}`,
    );
  };
  const remove = async () => {
    await send("DELETE", path);
    setReceipt(
      `${userId.trim()} was deleted on ${new Date().toISOString()}: attributes, history, sessions and lists at once; the lake within a week, as its receipts in ops.lineage tell.`,
    );
  };
  return (
    <Card title="Somebody's data" note="For whoever asks what is kept of them, or that it be deleted.">
      <div class="form">
        <label>
          User{" "}
          <input value={userId} placeholder="ann" onInput={(event) => setUserId(event.currentTarget.value)} />
        </label>
        <Action disabled={!isNamed} act={save}>
          Export
        </Action>
        <Action
          disabled={!isNamed}
          sure={`Delete all that is kept of ${userId.trim()}? This cannot be undone.`}
          act={remove}
        >
          Delete
        </Action>
      </div>
      <p role="status">{receipt}</p>
    </Card>
  );
}

/** As a file, so that it can be handed on. */
function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

interface Audit {
  changes: { changed_at: number; kind: string; name: string; action: string; actor: string }[];
}

export function AuditCard() {
  const audit = useLoaded<Audit>("/v1/admin/audit?limit=1000");
  return (
    <Card
      title="Audit"
      note="Who changed what, the newest thousand; a change is told within a minute. The actor is root, or the beginning of the key's hash."
    >
      <Await of={audit}>
        {({ changes }) =>
          changes.length === 0 ? (
            <Empty>Nothing has been told yet.</Empty>
          ) : (
            <VirtualTable
              caption="Changes"
              head={["When", "What", "Name", "Actor"]}
              widths={[28, 24, 30, 18]}
              rows={changes}
              keyOf={({ changed_at, action, name }) => `${changed_at} ${action} ${name}`}
            >
              {({ changed_at, name, action, actor }) => (
                <>
                  <th scope="row">
                    <Time ms={changed_at} />
                  </th>
                  <td>{action}</td>
                  <td>
                    <code>{name.length > 32 ? `${name.slice(0, 12)}…` : name}</code>
                  </td>
                  <td>
                    <code>{actor}</code>
                  </td>
                </>
              )}
            </VirtualTable>
          )
        }
      </Await>
    </Card>
  );
}
