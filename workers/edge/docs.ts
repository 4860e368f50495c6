import { curlLine, type Entry, entriesOf, schemesOf } from "./curl.ts";
import { fieldTable, type Schema, typeOf } from "./docs-fields.ts";
import { STYLE } from "./docs-style.ts";
import { drawGuide, GUIDE_LINKS } from "./guide.ts";
import { html, Markup, prose } from "./markup.ts";

/** The document as far as the page reads it. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, Operation>>;
  components?: {
    schemas?: Record<
      string,
      { properties?: Record<string, { description?: string; examples?: readonly unknown[] }> }
    >;
  };
}

export interface Operation {
  operationId: string;
  tags?: string[];
  summary?: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema; example?: unknown }> };
  responses?: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: string | number;
}

/** One page without scripts or outside files, made from the OpenAPI document and the guide. */
export function docsPage(document: ApiDocument, origin: string): string {
  const entries = entriesOf(document);
  const sections = (document.tags ?? []).map(({ name, description = "" }) => {
    const own = entries.filter(({ operation }) => operation.tags?.includes(name));
    return html`<section id="${name}"><h2>${name}</h2><p>${description}</p>${own.map((entry) => drawOperation(entry, document, origin))}</section>
`;
  });
  const links = [
    ...GUIDE_LINKS,
    ...(document.tags ?? []).map(({ name }) => ({ id: name, heading: name })),
  ].map(({ id, heading }) => html`<a href="#${id}">${heading}</a>`);
  const { title, version, description = "" } = document.info;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header><h1>${title} API <small>${version}</small></h1>
<p>${description} Machine-readable: <a href="/openapi.json">/openapi.json</a>.</p>
<p>Errors are JSON: <code>{"error": {"code", "message", "field"?, "limit"?}}</code>. Set <code>PUBLISHABLE_KEY</code>,
<code>SECRET_KEY</code> and, for the lake, <code>ADMIN_TOKEN</code> in your shell, and the lines below can be pasted.</p></header>
<nav aria-label="Parts of this page">${links}</nav>
<main>
${drawGuide(document)}
${sections}</main>
</body>
</html>`.html;
}

function drawOperation(entry: Entry, document: ApiDocument, origin: string): Markup {
  const { path, method, operation } = entry;
  const rows = (operation.parameters ?? []).map(
    ({ name, in: place, required, description = "", schema }) =>
      html`<tr><td><code>${name}</code></td><td>${place}${required === true ? ", required" : ""}</td><td>${typeOf(schema, document)}</td><td>${prose(description)}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ""
      : html`<div class="wide names"><table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>${rows}</table></div>`;
  return html`<article id="${operation.operationId}"><h3><b>${method.toUpperCase()}</b> <code>${path}</code></h3>
<p>${prose(operation.summary ?? "")} <em>${keyOf(operation)}</em></p>${table}
${bodyTable(operation, document)}<pre tabindex="0">${curlLine(entry, origin)}</pre>${answerTable(operation, document)}</article>`;
}

function bodyTable({ requestBody }: Operation, document: ApiDocument): Markup | "" {
  const schema = requestBody?.content["application/json"]?.schema;
  return fieldTable(schema, document, { heading: "Body", isOpen: true, tellsRequired: true });
}

function answerTable({ responses = {} }: Operation, document: ApiDocument): Markup | "" {
  const success = Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1];
  const schema = success?.content?.["application/json"]?.schema;
  return fieldTable(schema, document, { heading: "Answer", isOpen: false, tellsRequired: false });
}

function keyOf(operation: Operation): string {
  const schemes = schemesOf(operation);
  if (schemes.includes("publishableKey")) return "Publishable or secret key.";
  if (schemes.includes("secretKey"))
    return schemes.includes("adminToken") ? "Secret key or admin token." : "Secret key.";
  return schemes.includes("adminToken") ? "Admin token." : "Open.";
}
