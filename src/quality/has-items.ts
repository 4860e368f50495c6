import { ITEM_STATES } from "../lake/index.ts";
import type { QualityLake } from "./ports.ts";

/** Whether a tenant has sent a catalogue, ever. */
export type HasItems = (tenant: string) => Promise<boolean>;

/** Asks silver, each tenant once: a row group at most, and only of tenants of whom somebody asks. */
export function itemsOf(lake: Pick<QualityLake, "scan">): HasItems {
  const known = new Map<string, Promise<boolean>>();
  return (tenant) => {
    const answer = known.get(tenant) ?? hasItems(lake, tenant);
    known.set(tenant, answer);
    return answer;
  };
}

async function hasItems(lake: Pick<QualityLake, "scan">, tenant: string): Promise<boolean> {
  for await (const { rows } of lake.scan(ITEM_STATES, { columns: ["tenant"], tenant })) {
    if (rows > 0) return true;
  }
  return false;
}
