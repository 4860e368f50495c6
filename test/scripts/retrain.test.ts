import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { ApiClient, retrain } from "../../scripts/client/index.ts";

describe("following a retrain", () => {
  it("ends with an error that names the run when it does not move any more", async () => {
    const server = createServer((request, response) => {
      const started = request.method === "POST";
      const status = { status: "running", step: "train", progress: 0.4, message: "" };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(started ? { run_id: "run-1" } : status));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "sk_demo_x");
    try {
      await expect(retrain(client, { seed: 1 }, () => {}, 600)).rejects.toThrow(/run-1 has not moved/);
    } finally {
      server.close();
    }
  });
});
