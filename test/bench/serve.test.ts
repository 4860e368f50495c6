import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { startLoad } from "../../scripts/bench/load.ts";
import { createQuestions } from "../../scripts/bench/serve-questions.ts";
import { highestRate, offer } from "../../scripts/bench/serve-rate.ts";
import { Judge } from "../../scripts/bench/soak-check.ts";

describe("an offered rate", () => {
  let server: Server;
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  async function serve(answer: () => Promise<{ status: number; text: string }>): Promise<string> {
    server = createServer(async (_, response) => {
      const { status, text } = await answer();
      response.writeHead(status).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("does not wait for answers, and counts from when a request was due", async () => {
    let waiting = 0;
    let most = 0;
    const url = await serve(async () => {
      most = Math.max(most, ++waiting);
      await sleep(200);
      waiting--;
      return { status: 200, text: "ok" };
    });
    const load = startLoad();
    try {
      const request = () => ({ path: "/" });
      const round = await offer(load, { url, request, ratePerSecond: 50, seconds: 0.4 });
      expect(round.latenciesMs).toHaveLength(20);
      expect(Math.min(...round.latenciesMs)).toBeGreaterThanOrEqual(200);
      expect(most).toBeGreaterThan(3);
      expect(round.answers?.every(({ status }) => status === 200)).toBe(true);
    } finally {
      await load.close();
    }
  });

  it("keeps what was answered in the order of the requests, errors too", async () => {
    let asked = 0;
    const url = await serve(async () => ({ status: asked++ === 1 ? 500 : 200, text: String(asked) }));
    const load = startLoad();
    try {
      const order = { url, requests: Array.from({ length: 3 }, () => ({ path: "/" })), refuse: ["1"] };
      const { answers } = await load.run({ ...order, connections: 1, keepAnswers: true });
      expect(answers?.map(({ status }) => status)).toEqual([200, 500, 200]);
      await expect(load.run({ ...order, connections: 1, demand: "no such text" })).rejects.toThrow();
    } finally {
      await load.close();
    }
  });

  it("is found to be none where no answer is in time, and an error ends the search", async () => {
    let status = 200;
    const url = await serve(async () => {
      await sleep(30);
      return { status, text: "{}" };
    });
    const load = startLoad();
    try {
      const offered = { url, request: () => ({ path: "/" }), seconds: 0.1 };
      expect(await highestRate(load, offered, { share: 0.9, ms: 20 })).toBe(0);
      status = 500;
      await expect(highestRate(load, offered, { share: 0.9, ms: 20 })).rejects.toThrow("an answer was 500");
    } finally {
      await load.close();
    }
  });
});

describe("the judge of a soak", () => {
  const marks = new Map([
    ["v1", "a"],
    ["v2", "b"],
  ]);
  const answer = (version: string | null, ...items: [source: string, title: string][]) => ({
    status: 200,
    text: JSON.stringify({
      model_version: version,
      items: items.map(([source, title]) => ({ source, title })),
    }),
  });

  it("finds errors, degraded answers and versions that are mixed", () => {
    const judge = new Judge(marks);
    judge.add([
      answer("v1", ["model", "Boots a"], ["popular", "Novel"]),
      answer("v2", ["model", "Boots b"]),
      answer("v2", ["model", "Boots b"], ["model", "Novel a"]),
      answer("v3", ["model", "Boots c"]),
      { status: 0, text: "closed" },
      { status: 200, text: '{"degraded":{}}' },
    ]);
    judge.add([answer("v1", ["model", "Boots a"]), answer(null, ["popular", "Novel"])]);
    expect(judge.verdicts).toEqual({
      requests: 8,
      errors: 1,
      degraded: 1,
      versionMixes: 2,
      swapsSeen: 3,
    });
  });
});

describe("the questions", () => {
  it("ask the same when cached; else another history each time, and every second filter anew", () => {
    const questions = createQuestions({ items: 1_000, history: 50, seed: 1 }, "pk");
    expect(questions.cached()).toEqual(questions.cached());
    const asked = Array.from({ length: 400 }, () => JSON.parse(questions.live().body ?? "")) as {
      recent: string[];
      rules: { filter: object };
    }[];
    expect(new Set(asked.map(({ recent }) => recent.join())).size).toBe(400);
    expect(asked.every(({ recent }) => recent.length === 50)).toBe(true);
    expect(new Set(asked.map(({ rules }) => JSON.stringify(rules))).size).toBe(100 + 200);
  });
});
