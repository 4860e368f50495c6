/** The document as far as the page reads it. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, Operation>>;
}

interface Operation {
  tags?: string[];
  summary?: string;
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: unknown; example?: unknown }> };
}

interface Schema {
  type?: string;
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

/** One page without scripts or outside files, made from the OpenAPI document alone. */
export function docsPage(document: ApiDocument, origin: string): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = (document.tags ?? []).map(({ name, description = "" }) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(name));
    const entries = own.map((entry) => drawOperation(entry, origin)).join("");
    return `<section id="${text(name)}"><h2>${text(name)}</h2><p>${text(description)}</p>${entries}</section>`;
  });
  const links = (document.tags ?? [])
    .map(({ name }) => `<a href="#${text(name)}">${text(name)}</a>`)
    .join(" · ");
  const { title, version, description = "" } = document.info;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(title)} API <small>${text(version)}</small></h1>
<p>${text(description)} Machine-readable: <a href="/openapi.json">/openapi.json</a>.</p>
<p>Errors are JSON: <code>{"error": {"code", "message", "field"?, "limit"?}}</code>.</p>
<nav>${links}</nav>
${sections.join("\n")}
</body>
</html>`;
}

interface Entry {
  path: string;
  method: string;
  operation: Operation;
}

function drawOperation({ path, method, operation }: Entry, origin: string): string {
  const rows = (operation.parameters ?? []).map(
    ({ name, in: place, required, description = "", schema }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(place)}${required === true ? ", required" : ""}</td>` +
      `<td>${text(typeOf(schema))}</td><td>${text(description)}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ""
      : `<table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>${rows.join("")}</table>`;
  return `<article><h3><b>${text(method.toUpperCase())}</b> <code>${text(path)}</code></h3>
<p>${text(operation.summary ?? "")} <em>${text(keyOf(operation))}</em></p>${table}
<pre>${text(curl({ path, method, operation }, origin))}</pre></article>`;
}

function typeOf(schema: Schema | undefined): string {
  if (schema === undefined) return "";
  const { type = "", minimum, maximum } = schema;
  const range = minimum === undefined && maximum === undefined ? "" : `, ${minimum ?? ""}…${maximum ?? ""}`;
  const fallback = schema.default === undefined ? "" : `, default ${String(schema.default)}`;
  return `${schema.enum?.join(" | ") ?? type}${range}${fallback}`;
}

function keyOf({ security = [] }: Operation): string {
  const schemes = security.flatMap((scheme) => Object.keys(scheme));
  if (schemes.includes("publishableKey")) return "Publishable or secret key.";
  if (schemes.includes("secretKey")) return "Secret key.";
  return schemes.includes("adminToken") ? "Admin token." : "Open.";
}

/** A line that works when pasted, once the key's variable is set. */
function curl({ path, method, operation }: Entry, origin: string): string {
  const schemes = (operation.security ?? []).flatMap((scheme) => Object.keys(scheme));
  const isPublishable = schemes.includes("publishableKey");
  const token = schemes.includes("adminToken") ? "$ADMIN_TOKEN" : "$SECRET_KEY";
  const example = operation.requestBody?.content["application/json"]?.example;
  const url = `${origin}${path.replace(/\{(\w+)\}/g, "some-$1")}${isPublishable ? "?key=$PUBLISHABLE_KEY" : ""}`;
  return [
    `curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}"${url}"`,
    ...(schemes.length === 0 || isPublishable ? [] : [`-H "authorization: Bearer ${token}"`]),
    ...(operation.requestBody === undefined
      ? []
      : [`-H 'content-type: application/json'`, `-d '${JSON.stringify(example ?? {})}'`]),
  ].join(" \\\n  ");
}

function text(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 1rem; }
h3 { margin: .5rem 0; font-size: 1.05rem; }
h3 b { color: #0a7d8c; font-size: .85rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; }
pre { background: color-mix(in srgb, currentColor 8%, transparent); padding: .7rem; overflow-x: auto; border-radius: 6px; }
small, em { opacity: .7; font-weight: normal; }`;
