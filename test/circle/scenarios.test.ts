import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ApiClient } from "../../scripts/client/index.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";
import { lakeshoreProgram } from "../../scripts/program.ts";
import { SCENARIO_BYTES_MAX } from "../../src/base/index.ts";
import { hashKey } from "../../src/events/index.ts";
import { scenarioSchema } from "../../src/serving/index.ts";

const ADMIN_TOKEN = "root-token-of-the-tests";
const keys: Record<string, { publishable_key: string; secret_key: string }> = {};
let runtime: LocalRuntime;
let url: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lakeshore-scenarios-"));
  const secrets = { ADMIN_TOKEN, SIGNING_SECRET: "the signing secret of the tests" };
  runtime = await startLocal({ secrets, onLog: () => {} });
  url = runtime.url.href.replace(/\/$/, "");
  const root = new ApiClient(url, ADMIN_TOKEN);
  for (const tenant of ["shore", "hill"])
    keys[tenant] = await root.request("/v1/admin/tenants", { method: "POST", body: { tenant, origins: [] } });
});

afterAll(async () => {
  await runtime.dispose();
  await rm(folder, { recursive: true, force: true });
});

const secretOf = (tenant: string) => keys[tenant]?.secret_key ?? "";

// biome-ignore lint/suspicious/noExplicitAny: the shape is what each test looks at
type Reply = { status: number; json: any };

async function call(method: string, target: string, body?: unknown, key = secretOf("shore")): Promise<Reply> {
  const response = await fetch(`${url}/v1/admin/scenarios${target}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}

describe("scenarios over HTTP", () => {
  const rules = { filter: { price: { lt: 50 } }, cap: [{ field: "brand", max: 2 }] };

  it("are put, told as they were put, changed, listed, deleted and restored", async () => {
    const by = (await hashKey(secretOf("shore"))).slice(0, 12);
    const stored = { name: "home", version: 1, config: { rules, limit: 5 }, updated_by: by };
    expect(await call("PUT", "/home", { rules, limit: 5 })).toMatchObject({ status: 200, json: stored });
    expect((await call("GET", "/home")).json).toMatchObject(stored);
    await call("PUT", "/basket?expected_version=0", {});
    expect((await call("PUT", "/home?expected_version=1", { limit: 6 })).json.version).toBe(2);
    const { scenarios } = (await call("GET", "")).json;
    expect(scenarios).toMatchObject([
      { name: "basket", version: 1 },
      { name: "home", version: 2 },
    ]);
    expect((await call("DELETE", "/basket")).json).toEqual({ deleted: true, version: 2 });
    expect((await call("GET", "/basket")).status).toBe(404);
    expect((await call("POST", "/home/versions/1/restore", {})).json).toMatchObject({
      ...stored,
      version: 3,
    });
    const { versions } = (await call("GET", "/home/versions?limit=2")).json;
    expect(versions).toMatchObject([{ version: 3 }, { version: 2, config: { limit: 6 } }]);
    const older = await call("GET", "/home/versions?before=2");
    expect(older.json.versions).toMatchObject([{ version: 1, updated_by: by }]);
    expect((await call("GET", "/basket/versions")).json.versions[0]).toMatchObject({ config: null });
  });

  it("are refused to a caller who has seen another version", async () => {
    await call("PUT", "/race", { limit: 1 });
    const refused = await call("PUT", "/race?expected_version=0", { limit: 2 });
    expect(refused).toMatchObject({ status: 409, json: { error: { field: "expected_version" } } });
    expect(refused.json.error.message).toContain("version 1 is the live one");
    expect((await call("DELETE", "/race?expected_version=7")).status).toBe(409);
    expect((await call("POST", "/race/versions/1/restore?expected_version=9", {})).status).toBe(200);
    expect((await call("GET", "/race")).json).toMatchObject({ version: 1, config: { limit: 1 } });
    const both = await Promise.all([2, 3].map((limit) => call("PUT", "/race?expected_version=1", { limit })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it.each([
    [
      { rules: { filter: { and: [{ brand: "Acme" }, { price: { gt: "dear" } }] } } },
      "rules.filter.and.1.price.gt",
    ],
    [{ rules: { boost: [{ where: { colour: "red" }, by: 1 }] } }, "rules.boost.0.where.colour"],
    [{ rules: { relax: ["filter.size"] } }, "rules.relax.0"],
    [{ rules: { fliter: {} } }, "rules.fliter"],
    [{ rules: { rotation: { within: "8d" } } }, "rules.rotation.within"],
    [{ rules: { filter: { not: { shown: { within: "30d" } } } } }, "rules.filter.not.shown.within"],
    [{ limit: 1_000 }, "limit"],
    [{ fallback: ["popular", "luck"] }, "fallback.1"],
    [{ event_weights: { view: -1 } }, "event_weights.view"],
    [{ event_weights: { view: 1, veiw: 2 } }, "event_weights.veiw"],
    [{ exploration: { share: 0.9 } }, "exploration.share"],
    [{ colour: "red" }, "colour"],
  ])("with %j are refused by the place of what is wrong, and nothing is stored", async (config, field) => {
    const refused = await call("PUT", "/wrong", config);
    expect(refused).toMatchObject({ status: 400, json: { error: { code: "invalid_body", field } } });
    expect(refused.json.error.message).toContain(field);
    expect((await call("GET", "/wrong/versions")).status).toBe(404);
  });

  it("are refused by their name, their size, or when there are none", async () => {
    for (const name of ["No", "a.b", "x".repeat(65)])
      expect(await call("PUT", `/${name}`, {})).toMatchObject({
        status: 400,
        json: { error: { field: "name" } },
      });
    const brands = Array.from({ length: 75 }, (_, n) => `${"b".repeat(190)}${n}`);
    const weights = Array.from({ length: 150 }, (_, n) => [`${"w".repeat(36)}${n}`, 1.234_567_890_123]);
    const large = {
      rules: { filter: { brand: { in: brands } } },
      event_weights: Object.fromEntries(weights),
    };
    expect(JSON.stringify(large).length).toBeGreaterThan(SCENARIO_BYTES_MAX);
    const refused = await call("PUT", "/large", large);
    expect(refused).toMatchObject({ status: 413, json: { error: { limit: "SCENARIO_BYTES_MAX" } } });
    expect(await call("PUT", "/text", "{")).toMatchObject({ status: 400 });
    for (const target of ["/none", "/none/versions"]) expect((await call("GET", target)).status).toBe(404);
    expect((await call("DELETE", "/none")).status).toBe(404);
    expect((await call("POST", "/home/versions/99/restore", {})).status).toBe(404);
    expect((await call("POST", "/home/versions/one/restore", {})).status).toBe(400);
  });

  it("are their tenant's alone, and no publishable key's", async () => {
    await call("PUT", "/own", { limit: 2 });
    expect((await call("GET", "/own", undefined, secretOf("hill"))).status).toBe(404);
    expect((await call("GET", "", undefined, secretOf("hill"))).json).toEqual({ scenarios: [] });
    await call("PUT", "/own", { limit: 9 }, secretOf("hill"));
    expect((await call("GET", "/own")).json.config).toEqual({ limit: 2 });
    const publishable = keys.shore?.publishable_key ?? "";
    expect((await call("PUT", "/own", {}, publishable)).status).toBe(403);
    expect((await call("GET", "", undefined, publishable)).status).toBe(403);
  });

  it("are what answers go by, each change from the next answer on in the isolate that made it", async () => {
    const client = new ApiClient(url, secretOf("shore"));
    const items = [10, 20, 30, 40].map((price) => ({ item_id: `i${price}`, price }));
    await client.request("/v1/items", { method: "POST", body: { items } });
    await client.request("/v1/admin/refresh", { method: "POST", body: {} });
    const prices = async () => {
      const query = `key=${keys.shore?.publishable_key}&scenario=shelf&fields=price`;
      const answer = await (await fetch(`${url}/v1/recommendations?${query}`)).json();
      return (answer as { items: { price: number }[] }).items.map(({ price }) => price).sort();
    };
    expect(await prices()).toEqual([10, 20, 30, 40]);
    await call("PUT", "/shelf", { rules: { filter: { price: { gte: 30 } } } });
    expect(await prices()).toEqual([30, 40]);
    await call("PUT", "/shelf", { rules: { filter: { price: { lt: 20 } } } });
    expect(await prices()).toEqual([10]);
    await call("POST", "/shelf/versions/1/restore", {});
    expect(await prices()).toEqual([30, 40]);
    await call("DELETE", "/shelf");
    expect(await prices()).toEqual([10, 20, 30, 40]);
  });

  it("are documented, with an example that is taken", async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<
        string,
        Record<string, { requestBody: { content: Record<string, { example: unknown }> } }>
      >;
    };
    const put = document.paths["/v1/admin/scenarios/{name}"]?.put;
    const example = put?.requestBody.content["application/json"]?.example;
    expect(scenarioSchema.safeParse(example).success).toBe(true);
    expect((await call("PUT", "/example", example)).json).toMatchObject({ version: 1, config: example });
  });
});

describe("scenarios from the command line", () => {
  async function run(...args: string[]): Promise<string> {
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    const server = ["--url", url, "--key", secretOf("hill")];
    try {
      await lakeshoreProgram().parseAsync(["scenarios", ...args, ...server], { from: "user" });
    } finally {
      log.mockRestore();
    }
    return lines.join("\n");
  }

  it("are stored from files, printed as they were, and gone back to", async () => {
    const file = path.join(folder, "page.json");
    const config = { description: "beside a product", limit: 4 };
    await writeFile(file, JSON.stringify(config));
    expect(await run("put", "page", file, "--expected-version", "0")).toBe("page is version 1");
    expect(JSON.parse(await run("get", "page"))).toEqual(config);
    await writeFile(file, JSON.stringify({ limit: 5 }));
    await expect(run("put", "page", file, "--expected-version", "0")).rejects.toThrow("409");
    expect(await run("put", "page", file)).toBe("page is version 2");
    expect(await run("restore", "page", "1")).toBe("page is version 3, as version 1 was");
    expect(await run("list")).toMatch(/^page +3 .* by \w{12} +beside a product$/m);
    expect(await run("delete", "page")).toBe("page is deleted with version 4");
    const history = (await run("history", "page")).split("\n");
    expect(history.map((line) => line.trim().split(/\s+/)[0])).toEqual(["4", "3", "2", "1"]);
    expect(history[0]).toContain("deleted");
    await writeFile(file, "{");
    await expect(run("put", "page", file)).rejects.toThrow("is not JSON");
  });
});
