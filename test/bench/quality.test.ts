import { describe, expect, it } from "vitest";
import { cpuSecondsOf, cpuSecondsOfPs, cpuSecondsOfStat } from "../../scripts/bench/quality/cpu.ts";
import { wasmBytes } from "../../scripts/bench/quality/wasm-memory.ts";

describe("the CPU time of a process", () => {
  it("is read from /proc, whatever the process is called", () => {
    const rest = "S 1 2 3 4 5 6 7 8 9 10 1234 66 7 8";
    expect(cpuSecondsOfStat(`42 (a (strange) name) ${rest}`)).toBe(13);
  });

  it("is read from ps as Linux and macOS write it", () => {
    expect(cpuSecondsOfPs("00:01:05")).toBe(65);
    expect(cpuSecondsOfPs("2-01:00:00")).toBe(2 * 86_400 + 3_600);
    expect(cpuSecondsOfPs("3:07.25")).toBe(187.25);
  });

  it("grows with work", () => {
    const before = cpuSecondsOf(process.pid);
    let sum = 0;
    for (let i = 0; cpuSecondsOf(process.pid) < before + 0.05; i++) sum += Math.sqrt(i);
    expect(sum).toBeGreaterThan(0);
    expect(cpuSecondsOf(process.pid)).toBeGreaterThan(before);
  });
});

describe("Wasm memory", () => {
  it("is counted as it is made and as it grows", () => {
    const before = wasmBytes();
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
    expect(wasmBytes() - before).toBe(2 * 65_536);
    memory.grow(3);
    expect(wasmBytes() - before).toBe(5 * 65_536);
  });
});
