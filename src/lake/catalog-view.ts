import {
  configResponse,
  errorResponse,
  type IcebergTable,
  loadTableResponse,
  metadataKey,
  namespaceResponse,
  namespacesResponse,
  tablesResponse,
} from "../iceberg/index.ts";
import type { AnyTable } from "./tables/table.ts";
import type { Lake } from "./types.ts";

/** A call of the Iceberg REST catalog: the path after `/v1/`, decoded, `["namespaces", "bronze", "tables"]`. */
export interface ViewCall {
  method: "GET" | "HEAD";
  path: readonly string[];
  query: Readonly<Record<string, string | undefined>>;
}

/** `body` is JSON, null for none. */
export interface ViewAnswer {
  status: number;
  body: unknown;
}

export interface CatalogView {
  lake: Pick<Lake, "load">;
  tables: readonly AnyTable[];
  warehouseUri: string;
  /** What clients need to reach the objects, told with every table: `s3.endpoint` and the like. */
  config?: Readonly<Record<string, string>>;
}

/** What separates a namespace's levels in a path; ours have one level only. */
const LEVEL_SEPARATOR = "\u001f";

/**
 * The reading half of the Iceberg REST catalog, after its OpenAPI document. Namespaces are those declared; a declared table
 * exists from its first commit on. HEAD answers 204 for what is there. Errors are in the specification's shape.
 */
export async function callCatalog(view: CatalogView, call: ViewCall): Promise<ViewAnswer> {
  const answer = await route(view, call);
  if (call.method === "GET") return answer;
  return { status: answer.status === 200 ? 204 : answer.status, body: null };
}

async function route(view: CatalogView, { path, query }: ViewCall): Promise<ViewAnswer> {
  const [kind, namespace, below, name] = path;
  if (kind === "config" && path.length === 1) {
    return found(configResponse({ overrides: { ...view.config } }));
  }
  const known = kind === "namespaces" && path.length <= 4 && (below === undefined || below === "tables");
  if (!known) return absent("NoSuchEndpointException", `the catalog has no ${path.join("/")}`);
  if (namespace === undefined) return listNamespaces(view, query.parent);
  // Before its namespace: `silver.interactions.snapshots` is a metadata table, which clients make themselves of
  // `silver.interactions` once they have heard that the table, and not its namespace, is absent.
  if (name !== undefined) return loadTable(view, namespace, name, query.snapshots === "refs");
  if (!namespacesOf(view).includes(namespace)) return noNamespace(namespace);
  return below === undefined ? found(namespaceResponse(namespace)) : listTables(view, namespace);
}

function namespacesOf({ tables }: CatalogView): string[] {
  return [...new Set(tables.map(({ name }) => splitName(name)[0]))].sort();
}

/** `namespace.name`; a name has no dots. */
function splitName(name: string): [string, string] {
  const dot = name.indexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function listNamespaces(view: CatalogView, parent: string | undefined): ViewAnswer {
  const all = namespacesOf(view);
  if (parent === undefined || parent === "") return found(namespacesResponse(all));
  return all.includes(parent) ? found(namespacesResponse([])) : noNamespace(parent);
}

async function listTables(view: CatalogView, namespace: string): Promise<ViewAnswer> {
  const declared = view.tables.filter(({ name }) => splitName(name)[0] === namespace);
  const loaded = await Promise.all(declared.map((table) => view.lake.load(table)));
  const names = declared.filter((_, index) => loaded[index] !== null).map(({ name }) => splitName(name)[1]);
  return found(tablesResponse(namespace, names.sort()));
}

async function loadTable(
  view: CatalogView,
  namespace: string,
  name: string,
  refsOnly: boolean,
): Promise<ViewAnswer> {
  const fullName = `${levelsOf(namespace)}.${name}`;
  const declared = view.tables.find((table) => table.name === fullName);
  const table = declared === undefined ? null : await view.lake.load(declared);
  if (table === null) return absent("NoSuchTableException", `there is no table ${fullName}`);
  const metadataLocation = `${view.warehouseUri}/${metadataKey(table.prefix, table.version)}`;
  const told = refsOnly ? { ...table, metadata: referencedOnly(table) } : table;
  return found(loadTableResponse(told, { metadataLocation, config: { ...view.config } }));
}

/** The metadata with the snapshots that a branch or tag names, for clients that load others when they need them. */
function referencedOnly({ metadata }: IcebergTable): IcebergTable["metadata"] {
  const named = new Set(Object.values(metadata.refs).map((ref) => ref["snapshot-id"]));
  return { ...metadata, snapshots: metadata.snapshots.filter((one) => named.has(one["snapshot-id"])) };
}

function found(body: object): ViewAnswer {
  return { status: 200, body };
}

function noNamespace(namespace: string): ViewAnswer {
  return absent("NoSuchNamespaceException", `there is no namespace ${levelsOf(namespace)}`);
}

function levelsOf(namespace: string): string {
  return namespace.split(LEVEL_SEPARATOR).join(".");
}

function absent(type: string, message: string): ViewAnswer {
  return { status: 404, body: errorResponse(404, type, message) };
}
