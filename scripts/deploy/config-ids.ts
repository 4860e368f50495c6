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
 */
export function withIds(toml: string, ids: Ids): string {
  return tables(toml)
    .flatMap((table) => {
      switch (table.header) {
        case "[[kv_namespaces]]":
          return setKey(table.lines, "id", ids.kvId);
        case "[[d1_databases]]":
          return setKey(
            table.lines,
            "database_id",
            ids.databaseIds.get(readKey(table.lines, "database_name") ?? ""),
          );
        case "[[r2_buckets]]":
        case "[[workflows]]":
          return setKey(table.lines, "jurisdiction", ids.jurisdiction);
        default:
          return table.lines;
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

function setKey(lines: string[], key: string, value: string | undefined): string[] {
  const others = lines.filter((line) => !new RegExp(`^${key}\\s*=`).test(line));
  if (value === undefined) return others;
  const last = others.findLastIndex((line) => /^\w+\s*=/.test(line));
  return others.toSpliced(last + 1, 0, `${key} = "${value}"`);
}

function readKey(lines: string[], key: string): string | undefined {
  const pattern = new RegExp(`^${key}\\s*=\\s*"([^"]*)"`);
  return lines.map((line) => pattern.exec(line)?.[1]).find((value) => value !== undefined);
}
