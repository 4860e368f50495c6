import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient, ApiError, retrainBySettings, startRetrain } from "../../scripts/client/index.ts";
import { type LocalRuntime, startLocal } from "../../scripts/local/runtime.ts";

const ADMIN_TOKEN = "root-token-of-this-test";
const RETRAIN_CRON = "23 * * * *";
const SETTINGS_CRON = "*/10 * * * *";

interface Models {
  runs: {
    run_id: string;
    requested_at: number;
    status: string;
    started_by: string;
    refusal: string | null;
  }[];
}

let runtime: LocalRuntime;
let client: ApiClient;

beforeAll(async () => {
  runtime = await startLocal({
    secrets: { ADMIN_TOKEN, SIGNING_SECRET: "signing-secret-of-this-test" },
    queueTimeoutS: 1,
    onLog: () => {},
  });
  const root = new ApiClient(runtime.url.origin, ADMIN_TOKEN);
  const body = { tenant: "shore", origins: [] };
  const made = await root.request<{ secret_key: string }>("/v1/admin/tenants", { method: "POST", body });
  client = new ApiClient(runtime.url.origin, made.secret_key);
});

afterAll(() => runtime?.dispose());

describe("training settings", () => {
  it("are those of the start until they are changed, which starts a run that is listed with its end", async () => {
    const before = await client.request<{ settings: { version: number }; error: null }>("/v1/admin/training");
    expect(before).toMatchObject({ settings: { version: 0, schedule: "hourly" }, error: null });
    const outcome = await retrainBySettings(client, { budgetSeconds: 60, schedule: "off" }, () => {});
    expect(outcome).toMatchObject({ status: "too_little_data" });
    expect(await client.request("/v1/admin/training")).toMatchObject({
      settings: { version: 1, budgetSeconds: 60, schedule: "off" },
    });
    const { runs } = await client.request<Models>("/v1/admin/models");
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({
      status: "too_little_data",
      started_by: "settings",
      refusal: expect.stringContaining("more interactions needed"),
    });
  });

  it("that are in force already start no run", async () => {
    const body = { budgetSeconds: 60 };
    const same = await client.request("/v1/admin/training", { method: "PUT", body });
    expect(same).toMatchObject({ settings: { version: 1 }, run_id: null });
    expect((await client.request<Models>("/v1/admin/models")).runs).toHaveLength(1);
  });

  it("are refused with the field that is wrong", async () => {
    for (const [settings, field] of [
      [{ budgetSeconds: 1 }, "budgetSeconds"],
      [{ learners: ["magic"] }, "learners"],
      [{ speed: 1 }, "speed"],
    ] as const) {
      const refused = await retrainBySettings(client, settings, () => {}).catch((error) => error);
      expect(refused, field).toBeInstanceOf(ApiError);
      expect(refused, field).toMatchObject({ status: 400, message: expect.stringContaining(field) });
    }
    expect(await client.request("/v1/admin/training")).toMatchObject({ settings: { version: 1 } });
  });

  it("hold the schedule: what is off starts nothing by itself, and still what is asked for", async () => {
    await runtime.fireCron("trainer", RETRAIN_CRON);
    await runtime.fireCron("trainer", SETTINGS_CRON);
    const { runs } = await client.request<Models>("/v1/admin/models");
    expect(runs.map(({ started_by }) => started_by)).toEqual(["settings"]);
    const { run_id } = await startRetrain(client, { reason: "import" });
    expect(run_id).toMatch(/^shore_import_/);
  });

  it("that are in force already are trained by all the same when a command asks for a run by them", async () => {
    const outcome = await retrainBySettings(client, { budgetSeconds: 60 }, () => {});
    expect(outcome).toMatchObject({ status: "too_little_data" });
    const { runs } = await client.request<Models>("/v1/admin/models");
    expect(runs.map(({ started_by }) => started_by)).toContain("admin");
    expect(await client.request("/v1/admin/training")).toMatchObject({ settings: { version: 1 } });
  });

  it("start a scheduled run as of the minute in which it is due", async () => {
    await retrainBySettings(client, { budgetSeconds: 60, schedule: "hourly" }, () => {});
    const beginMs = Math.floor(Date.now() / 60_000) * 60_000;
    await runtime.fireCron("trainer", RETRAIN_CRON);
    const ofCron = async () => {
      const { runs } = await client.request<Models>("/v1/admin/models");
      return runs.find(({ started_by }) => started_by === "cron")?.requested_at ?? 0;
    };
    await expect.poll(ofCron, { timeout: 60_000, interval: 500 }).toBeGreaterThanOrEqual(beginMs);
  });

  it("are taken from a file in the bucket when its version is new, and what is wrong with one is told", async () => {
    const bucket = await runtime.lake();
    const put = async (text: string) => {
      await bucket.put("config/shore/training.json", text);
      await runtime.fireCron("trainer", SETTINGS_CRON);
      return client.request<{ settings: { version: number }; error: string | null }>("/v1/admin/training");
    };
    const taken = await put('{"version": 5, "schedule": "daily"}');
    expect(taken).toMatchObject({ settings: { version: 5, schedule: "daily" }, error: null });
    const refused = await put('{"version": 6, "schedule": "never"}');
    expect(refused).toMatchObject({ settings: { version: 5 }, error: expect.stringMatching(/^schedule: /) });
  });
});
