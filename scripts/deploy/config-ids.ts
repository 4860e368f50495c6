/** What provisioning adds to the configs; undefined takes a line away. */
export interface Ids {
  kvId: string | undefined;
  /** By database name. */
  databaseIds: ReadonlyMap<string, string>;
  /** Undefined for none. */
  jurisdiction: string | undefined;
}

/**
 * A config's text with the ids and the jurisdiction of what was provisioned, as wrangler itself would write them, comments and
 * order untouched. Applying it twice changes nothing; with nothing but undefined it restores the text of a fresh clone.
 * The preview ids keep local state where it was: without them a local run would look for it under the deployed ids.
 */
export function withIds(toml: string, ids: Ids): string {
  return tables(toml)
    .flatMap(({ header, lines }) => {
      const binding = readKey(lines, "binding");
      switch (header) {
        case "[[kv_namespaces]]":
          return setKeys(lines, { id: ids.kvId, preview_id: ids.kvId && binding });
        case "[[d1_databases]]": {
          const id = ids.databaseIds.get(readKey(lines, "database_name") ?? "");
          return setKeys(lines, { database_id: id, preview_database_id: id && binding });
        }
        case "[[r2_buckets]]":
        case "[[workflows]]":
          return setKeys(lines, { jurisdiction: ids.jurisdiction });
        default:
          return lines;
      }
    })
    .join("\n");
}

interface Table {
  header: string;
  lines: string[];
}

/** The text cut at its table headers; each part keeps its header as the first line. */
function tables(toml: string): Table[] {
  const parts: Table[] = [{ header: "", lines: [] }];
  for (const line of toml.split("\n")) {
    if (line.startsWith("[")) parts.push({ header: line.trim(), lines: [] });
    parts.at(-1)?.lines.push(line);
  }
  return parts;
}

/** Sets keys after the table's last one; undefined takes a key away. */
function setKeys(lines: string[], values: Record<string, string | undefined>): string[] {
  const others = lines.filter((line) => !Object.keys(values).some((key) => line.startsWith(`${key} =`)));
  const last = others.findLastIndex((line) => /^\w+\s*=/.test(line));
  const added = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = "${value}"`],
  );
  return others.toSpliced(last + 1, 0, ...added);
}

function readKey(lines: string[], key: string): string | undefined {
  const pattern = new RegExp(`^${key}\\s*=\\s*"([^"]*)"`);
  return lines.map((line) => pattern.exec(line)?.[1]).find((value) => value !== undefined);
}
