import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageOf, ROOT, type SourceFile, sourceFiles } from "./source-files.ts";

interface Room {
  level: number;
  rooms: string[];
  packages: string[];
}

/** The import table of the README: the one place where it is written down. */
function importTable(): Map<string, Room> {
  const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
  const rows = readme.matchAll(/^\| (\d) \| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm);
  const names = (cell: string) => (cell.trim() === "–" ? [] : cell.split(",").map((name) => name.trim()));
  return new Map(
    [...rows].map(([, level, room, rooms, packages]) => [
      room as string,
      { level: Number(level), rooms: names(rooms as string), packages: names(packages as string) },
    ]),
  );
}

const table = importTable();

/** Doors other than `index.ts`, each with its reason. */
const SECOND_DOORS = new Set([
  // The workerd engine imports a Wasm module, which Node cannot load: the Node engine has a door of its own.
  "src/runtime/node.ts",
  // The taking half: the edge must reach neither the lake nor D1's writes, which the landing half imports.
  "src/ingest/intake.ts",
]);

/** `null` when the import is allowed, else the complaint. */
function complaint(file: SourceFile, specifier: string, typeOnly: boolean): string | null {
  const [, from] = file.path.split("/") as [string, string];
  const room = table.get(from);
  if (room === undefined) return `room ${from} is not in the README's table`;
  if (!specifier.startsWith(".")) {
    // Types of bindings cost nothing and touch nothing: adapters need them.
    if (typeOnly && specifier === "@cloudflare/workers-types") return null;
    return room.packages.includes(packageOf(specifier))
      ? null
      : `npm package ${specifier} is not in the table`;
  }
  const target = path.posix.join(path.posix.dirname(file.path), specifier);
  const to = target.split("/")[1] as string;
  if (!target.startsWith("src/")) return `leaves src: ${target}`;
  if (to === from) return null;
  if (!room.rooms.includes(to)) return `${from} may not import ${to}`;
  if (target !== `src/${to}/index.ts` && !SECOND_DOORS.has(target)) return `past the door: ${target}`;
  const level = table.get(to)?.level;
  return level !== undefined && level < room.level ? null : `${to} is not of a lower level`;
}

describe("the import table", () => {
  it("names every room, and only rooms that exist with a door", () => {
    const folders = new Set(sourceFiles("src").map((file) => file.path.split("/")[1] as string));
    expect([...table.keys()].sort()).toEqual([...folders].sort());
    for (const room of table.keys()) {
      const door = { shop: "main.ts", console: "main.tsx" }[room] ?? "index.ts";
      expect(existsSync(path.join(ROOT, "src", room, door)), `${room} has a door`).toBe(true);
    }
  });

  it("is obeyed by every import of every room", () => {
    const complaints = sourceFiles("src").flatMap((file) =>
      file.imports.flatMap(({ specifier, typeOnly }) => {
        const said = complaint(file, specifier, typeOnly);
        return said === null ? [] : [`${file.path}: ${said}`];
      }),
    );
    expect(complaints).toEqual([]);
  });

  it("lets Workers and scripts in by doors only", () => {
    const complaints = [...sourceFiles("workers"), ...sourceFiles("scripts")].flatMap((file) =>
      file.imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file.path), specifier))
        .filter((target) => target.startsWith("src/") && !SECOND_DOORS.has(target))
        .filter((target) => !/^src\/\w+\/index\.ts$/.test(target))
        .map((target) => `${file.path}: past the door: ${target}`),
    );
    expect(complaints).toEqual([]);
  });

  it("keeps ONNX Runtime and Parquet out of the edge, and training out of serving", () => {
    const reached = reachedFrom("workers/edge.ts");
    const rooms = new Set([...reached.files].map((file) => file.split("/").slice(0, 2).join("/")));
    for (const room of ["lake", "learn", "onnx", "runtime", "retraining", "scoring", "catalogue"]) {
      expect(rooms.has(`src/${room}`), `edge reaches ${room}`).toBe(false);
    }
    expect([...reached.packages].sort()).not.toContain("onnxruntime-web");
    expect([...reached.packages].sort()).not.toContain("hyparquet");
  });
});

/** Files and packages that a file reaches at run time: type-only imports are gone by then. */
function reachedFrom(entry: string): { files: Set<string>; packages: Set<string> } {
  const all = new Map([...sourceFiles("src"), ...sourceFiles("workers")].map((file) => [file.path, file]));
  const files = new Set<string>();
  const packages = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const { specifier, typeOnly } of all.get(file)?.imports ?? []) {
      if (typeOnly) continue;
      if (specifier.startsWith(".")) queue.push(path.posix.join(path.posix.dirname(file), specifier));
      else packages.add(packageOf(specifier));
    }
  }
  return { files, packages };
}
