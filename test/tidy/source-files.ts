import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  path: string;
  text: string;
  /** What it imports, as written; type-only imports included. */
  imports: { specifier: string; typeOnly: boolean }[];
}

/** All TypeScript files below a folder. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      return { path: path.relative(ROOT, file).replaceAll("\\", "/"), text, imports: importsOf(text) };
    });
}

function importsOf(text: string): SourceFile["imports"] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?[^;]*?from\s+"([^"]+)";/gm);
  const bare = text.matchAll(/^import\s+"([^"]+)";/gm);
  const dynamic = text.matchAll(/\bimport\("([^"]+)"\)/g);
  return [
    ...[...statements].map((match) => ({ specifier: match[2] as string, typeOnly: match[1] !== undefined })),
    ...[...bare].map((match) => ({ specifier: match[1] as string, typeOnly: false })),
    ...[...dynamic].map((match) => ({ specifier: match[1] as string, typeOnly: false })),
  ];
}

/** The package of an npm specifier: `drizzle-orm/sqlite-core` → `drizzle-orm`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] as string);
}
