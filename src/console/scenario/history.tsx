import { useState } from "preact/hooks";
import { send } from "../api.ts";
import { Action, Await, Card, Empty, Table, Time } from "../parts.tsx";
import type { Loaded } from "../use-loaded.ts";
import type { Config } from "./config.ts";
import { Diff } from "./diff.tsx";
import { partsChanged } from "./difference.ts";

/** A version of a scenario. */
export interface Version {
  name: string;
  version: number;
  /** Null: this version deleted it. */
  config: Config | null;
  /** Milliseconds since the epoch. */
  updated_at: number;
  updated_by: string;
}

/** One more is asked for, for what the oldest one changed. */
export const VERSIONS_SHOWN = 50;

interface HistoryProps {
  name: string;
  history: Loaded<{ versions: Version[] }>;
  onRestored(): void;
}

/** What a scenario has been, and what each version changed. */
export function History({ name, history, onRestored }: HistoryProps) {
  const restore = ({ version }: Version) =>
    send("POST", `/v1/admin/scenarios/${name}/versions/${version}/restore`, {}).then(onRestored);
  return (
    <Card title="History" note={`The newest ${VERSIONS_SHOWN}; each can be made the newest again.`}>
      {history.error?.status === 404 ? (
        <Empty>It has never been stored.</Empty>
      ) : (
        <Await of={history}>
          {({ versions }) => (
            <Table caption={`Versions of ${name}`} head={["Version", "When", "By", "What changed", ""]}>
              {versions.slice(0, VERSIONS_SHOWN).map((one, at) => (
                <tr key={one.version}>
                  <th scope="row">{one.version}</th>
                  <td>
                    <Time ms={one.updated_at} />
                  </td>
                  <td class="number">
                    <code>{one.updated_by}</code>
                  </td>
                  <td class="changed">
                    <Change before={versions[at + 1]?.config ?? null} after={one.config} />
                  </td>
                  <td>
                    {at === 0 || one.config === null ? null : (
                      <Action act={() => restore(one)}>Restore</Action>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Await>
      )}
    </Card>
  );
}

function Change({ before, after }: { before: Config | null; after: Config | null }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{partsChanged(before, after)}</summary>
      {isOpen ? <Diff before={before} after={after} /> : null}
    </details>
  );
}
