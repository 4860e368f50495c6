import type { Command } from "commander";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runJob } from "../../scripts/lake/jobs.ts";
import { lakeshoreProgram } from "../../scripts/program.ts";
import { Progress } from "../../scripts/progress.ts";
import { seedShore } from "../../scripts/start/circle.ts";
import { Home } from "../../scripts/start/home.ts";
import { openShore, type Shore } from "../../scripts/start/index.ts";
import { DAY_MS, r2ObjectStore } from "../../src/base/index.ts";
import {
  INTERACTIONS,
  ITEM_FEATURES,
  type Lake,
  LINEAGE,
  openLake,
  USER_FEATURES,
} from "../../src/lake/index.ts";
import { scanRows } from "../lake/rows.ts";

const progress = new Progress({ quiet: true });
let home: Home;
let shore: Shore;
let lake: Lake;
let secretKey = "";

beforeAll(async () => {
  home = await Home.temporary();
  shore = await openShore(home, "127.0.0.1", 0, progress);
  const { demo } = await seedShore(shore, { seed: 1, scale: "tiny" }, progress);
  secretKey = demo.secretKey;
  const server = { url: shore.url, adminToken: shore.secrets.ADMIN_TOKEN };
  for (const job of ["commit", "refine"] as const) await runJob(server, job);
  lake = openLake(r2ObjectStore(await shore.runtime.lake()));
});

afterAll(async () => {
  await shore?.stop();
  await home?.remove();
});

/** A command in this very process; the last line that it prints. */
async function command(...args: string[]): Promise<Record<string, unknown>> {
  const program = lakeshoreProgram();
  endWithErrors(program);
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  vi.stubEnv("LAKESHORE_ADMIN_TOKEN", shore.secrets.ADMIN_TOKEN);
  try {
    await program.parseAsync(["lake", ...args, "--json", "--url", shore.url], { from: "user" });
  } finally {
    log.mockRestore();
    vi.unstubAllEnvs();
  }
  return JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
}

/** Commander would end the process. */
function endWithErrors(program: Command): void {
  program.exitOverride().configureOutput({ writeErr: () => {} });
  for (const child of program.commands) endWithErrors(child);
}

it("lake features makes a tenant's features as of any time that is past", async () => {
  const asOf = new Date().toISOString();
  const made = await command("features", "--tenant", "demo", "--as-of", asOf);
  const at = { column: "as_of", min: Date.parse(asOf), max: Date.parse(asOf) } as const;
  const items = await scanRows(lake, ITEM_FEATURES, { where: [at] });
  const users = await scanRows(lake, USER_FEATURES, { where: [at] });
  expect(items.length).toBeGreaterThan(0);
  expect(users.length).toBeGreaterThan(0);
  expect(made).toMatchObject({ items: items.length, users: users.length });
  expect(made.snapshot_id).toBe((await lake.snapshot(INTERACTIONS, {}))?.id);
  const before = new Date(Date.now() - DAY_MS).toISOString();
  const nothing = await command("features", "--tenant", "demo", "--as-of", before);
  expect(nothing).toMatchObject({ items: 0, users: 0 });
  const later = new Date(Date.now() + DAY_MS).toISOString();
  await expect(command("features", "--tenant", "demo", "--as-of", later)).rejects.toThrow("not past");
  await expect(command("features", "--tenant", "nobody", "--as-of", asOf)).rejects.toThrow("nobody");
});

it("lake erase takes a deleted user out of the lake, and nobody else", async () => {
  expect(await command("erase")).toMatchObject({ done: true, users: 0 });
  const before = await scanRows(lake, INTERACTIONS, { columns: ["user_id", "event_id"] });
  const gone = before.find(({ user_id }) => user_id !== undefined)?.user_id ?? "";
  const deleted = await fetch(new URL(`/v1/users/${gone}`, shore.url), {
    method: "DELETE",
    headers: { authorization: `Bearer ${secretKey}` },
  });
  expect(deleted.status).toBe(200);
  const erased = await command("erase");
  const theirs = before.filter(({ user_id }) => user_id === gone).length;
  const rows = erased.rows as Record<string, number>;
  expect(erased).toMatchObject({ done: true, users: 1 });
  expect(rows[INTERACTIONS.name]).toBeGreaterThanOrEqual(theirs);
  const after = await scanRows(lake, INTERACTIONS, { columns: ["user_id", "event_id"] });
  expect(after.filter(({ user_id }) => user_id === gone)).toEqual([]);
  expect(after).toHaveLength(before.length - (rows[INTERACTIONS.name] ?? 0));
  const others = (all: typeof before) =>
    all.flatMap(({ user_id, event_id }) => (user_id && user_id !== gone ? event_id : [])).sort();
  expect(others(after)).toEqual(others(before));
  await lake.commitPending(LINEAGE, { nowMs: Date.now(), force: true });
  const receipts = await scanRows(lake, LINEAGE, { columns: ["job", "output", "rows_in"] });
  expect(receipts).toContainEqual({
    job: "erasure",
    output: INTERACTIONS.name,
    rows_in: rows[INTERACTIONS.name],
  });
  expect(await command("erase")).toMatchObject({ done: true, users: 0 });
});
