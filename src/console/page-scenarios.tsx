import { useState } from "preact/hooks";
import { send } from "./api.ts";
import { Action, Await, Card, Empty, Page, Table, Time } from "./parts.tsx";
import { Preview, parsed } from "./scenario-preview.tsx";
import { useLoaded } from "./use-loaded.ts";

interface Scenario {
  name: string;
  version: number;
  config: Record<string, unknown> | null;
  updated_at: number;
  updated_by: string;
}

/** What may lists show, and where? */
export function ScenariosPage() {
  const stored = useLoaded<{ scenarios: Scenario[] }>("/v1/admin/scenarios");
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  return (
    <Page question="What may lists show, and where?">
      <Card
        title="Scenarios"
        note="A named place of your pages: rules, length, fields and fallbacks of its own. In force within a minute of a change."
      >
        <Await of={stored}>
          {({ scenarios }) => (
            <>
              {scenarios.length === 0 ? <Empty>None is stored: lists go by the model alone.</Empty> : null}
              <ul class="chips">
                {scenarios.map((one) => (
                  <li key={one.name}>
                    <button
                      type="button"
                      aria-pressed={chosen === one.name}
                      onClick={() => setChosen(one.name)}
                    >
                      {one.name}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Await>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            setChosen(name);
          }}
        >
          <label>
            Another{" "}
            <input
              value={name}
              pattern="[a-z0-9_\-]{1,64}"
              required
              placeholder="basket"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <button type="submit">Begin</button>
        </form>
      </Card>
      {chosen === null ? null : <Editor key={chosen} name={chosen} onChange={stored.reload} />}
    </Page>
  );
}

const EMPTY = '{\n  "rules": {},\n  "limit": 10\n}';

function Editor({ name, onChange }: { name: string; onChange: () => void }) {
  const history = useLoaded<{ versions: Scenario[] }>(`/v1/admin/scenarios/${name}/versions`);
  const isNew = history.error?.status === 404;
  const [live] = history.data?.versions ?? [];
  const [text, setText] = useState<string | null>(null);
  const written = text ?? (live?.config == null ? EMPTY : JSON.stringify(live.config, null, 2));
  const done = () => {
    setText(null);
    history.reload();
    onChange();
  };
  const publish = async () => {
    const expected = live === undefined || live.config === null ? 0 : live.version;
    await send("PUT", `/v1/admin/scenarios/${name}?expected_version=${expected}`, parsed(written));
    done();
  };
  return (
    <>
      <div class="columns">
        <Card
          title={`Edit ${name}`}
          note="JSON, as /docs#rules tells it. What is wrong is named by its place when it is previewed or published."
        >
          <label class="hidden" for="config">
            Configuration of {name}
          </label>
          <textarea
            id="config"
            rows={22}
            spellcheck={false}
            value={written}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <p class="actions">
            <Action act={publish}>Publish</Action>
            <Action
              disabled={live?.config == null}
              sure={`Delete ${name}? Its versions stay, and may be restored.`}
              act={() => send("DELETE", `/v1/admin/scenarios/${name}`).then(done)}
            >
              Delete
            </Action>
          </p>
        </Card>
        <Preview text={written} />
      </div>
      <Card title="History" note="Newest first; each can be made the newest again.">
        {isNew ? (
          <Empty>It has never been stored.</Empty>
        ) : (
          <Await of={history}>
            {({ versions }) => (
              <Table caption={`Versions of ${name}`} head={["Version", "When", "By", "What changed", ""]}>
                {versions.map((one, at) => (
                  <tr key={one.version}>
                    <th scope="row">{one.version}</th>
                    <td>
                      <Time ms={one.updated_at} />
                    </td>
                    <td>
                      <code>{one.updated_by}</code>
                    </td>
                    <td>{difference(versions[at + 1]?.config ?? null, one.config)}</td>
                    <td>
                      {at === 0 || one.config === null ? null : (
                        <Action
                          act={() =>
                            send(
                              "POST",
                              `/v1/admin/scenarios/${name}/versions/${one.version}/restore`,
                              {},
                            ).then(done)
                          }
                        >
                          Restore
                        </Action>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </Await>
        )}
      </Card>
    </>
  );
}

/** The parts that two configurations have not in common, by name. */
function difference(before: Record<string, unknown> | null, after: Record<string, unknown> | null): string {
  if (after === null) return "deleted";
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]));
  const told = changed.map((name) =>
    before?.[name] === undefined ? `+ ${name}` : after[name] === undefined ? `− ${name}` : `${name}`,
  );
  return told.join(", ") || "nothing";
}
