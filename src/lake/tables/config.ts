import type { Table } from "./table.ts";

/** What was configured, by whom: the whole state after the change, so that D1 can be made again from the rows. */
export interface ConfigChange {
  tenant: string;
  changed_at: number;
  /** What was changed: `tenant`, `key`, `scenario`. */
  kind: string;
  /** Names it within its kind: the tenant, the key's hash, the scenario's name. */
  name: string;
  action: string;
  /** `root`, or the beginning of the secret key's hash. */
  actor: string;
  body: Record<string, unknown>;
}

export const CONFIG_CHANGES: Table<ConfigChange> = {
  name: "ops.config_changes",
  path: "lake/ops/config_changes",
  columns: [
    { id: 1, name: "tenant", type: "string", required: true },
    { id: 2, name: "changed_at", type: "timestamp_ms", required: true },
    { id: 3, name: "kind", type: "string", required: true },
    { id: 4, name: "name", type: "string", required: true },
    { id: 5, name: "action", type: "string", required: true },
    { id: 6, name: "actor", type: "string", required: true },
    { id: 7, name: "body", type: "json", required: true },
  ],
  partition: [{ column: "changed_at", transform: { kind: "day" } }],
  sort: ["tenant", "changed_at", "name"],
};
