import { readFileSync } from "node:fs";
import path from "node:path";
import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { lakeshoreProgram } from "../../scripts/program.ts";
import { ROOT } from "./source-files.ts";

const DOCUMENTS = ["README.md", "CONTRIBUTING.md"];
/** npm's own commands, which stand beside ours in the text. */
const NPM_OWN = ["install", "ci", "i", "is"];

const text = DOCUMENTS.map((file) => readFileSync(path.join(ROOT, file), "utf8")).join("\n");
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Every piece of code in the text: lines of blocks, and spans. */
function codeOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block.split("\n"),
  );
  const spans = markdown.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g);
  return [...blocks, ...[...spans].map(([, span = ""]) => span)].map((code) =>
    code.replace(/\s+#.*/, "").trim(),
  );
}

/** The arguments that our command line gets from a line such as `npm start -- --port <n>`; null for another program's. */
function argumentsOf(code: string): string[] | null {
  // A placeholder stands for a value, and a number is the strictest kind of value.
  const [program, ...words] = code.replaceAll(/<[^>]+>/g, "1").split(/\s+/);
  if (program === "npx" && words[0] === "lakeshore") return words.slice(1);
  if (program !== "npm") return null;
  const [name = "", ...rest] = words[0] === "run" ? words.slice(1) : words;
  const own = /scripts\/bootstrap\.mjs (.+)$/.exec(scripts[name] ?? "")?.[1];
  return own === undefined ? null : [...own.split(" "), ...rest.slice(rest[0] === "--" ? 1 : 0)];
}

/** What the command line says to these arguments, without doing anything: null when it takes them. */
function complaint(args: string[]): string | null {
  const program = lakeshoreProgram();
  disarm(program);
  try {
    program.parse(args, { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.code === "commander.helpDisplayed" ? null : error.message;
  }
}

function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const child of command.commands) disarm(child);
  if (command.commands.length === 0) command.action(() => {});
}

describe("the README and CONTRIBUTING", () => {
  it("name npm scripts that exist", () => {
    const named = [...text.matchAll(/npm (?:run )?(start|test|[a-z:-]+)\b/g)].map(([, name = ""]) => name);
    const missing = named.filter((name) => !NPM_OWN.includes(name) && scripts[name] === undefined);
    expect(missing).toEqual([]);
  });

  it("show commands, options and values that the command line takes", () => {
    const calls = codeOf(text).flatMap((code) => {
      const args = argumentsOf(code);
      return args === null ? [] : [{ code, complaint: complaint(args) }];
    });
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter((call) => call.complaint !== null)).toEqual([]);
  });

  it("list options of `start`, and commands, that exist", () => {
    const rows = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, cell = ""]) => cell);
    const options = rows.filter((cell) => cell.startsWith("`--"));
    expect(options.length).toBeGreaterThan(2);
    for (const cell of options) {
      expect(
        complaint(["start", ...(argumentsOf(`npx lakeshore ${cell.replaceAll("`", "")}`) ?? [])]),
        cell,
      ).toBeNull();
    }
    const table = text.slice(text.indexOf("| command | what it does |"));
    const commands = /^(?:\|.*\n)+/.exec(table)?.[0].matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm) ?? [];
    const names = [...commands].flatMap(([, cell = ""]) => cell.replaceAll("`", "").split(", "));
    expect(names.length).toBeGreaterThan(5);
    expect(lakeshoreProgram().commands.map((command) => command.name())).toEqual(
      expect.arrayContaining(names),
    );
  });

  it("would be caught with a command, an option or a value that does not exist", () => {
    expect(complaint(["fly"])).toContain("unknown command");
    expect(complaint(["start", "--fly"])).toContain("unknown option");
    expect(complaint(["start", "--port", "70000"])).toContain("port");
    expect(complaint(["train", "--seed", "1"])).toBeNull();
  });
});
