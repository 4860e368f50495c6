import type { App } from "./app.ts";
import { type ApiDocument, docsPage } from "./docs.ts";
import type { Endpoint } from "./endpoint.ts";
import { openApiDocument } from "./openapi.ts";

const LIFE_S = 300;

/** `/openapi.json` and `/docs`, made from the endpoints when they are first asked for. */
export function addDocuments(app: App, endpoints: readonly Endpoint[]): void {
  const made = new Map<string, { json: string; html: string }>();

  function documentsFor(origin: string): { json: string; html: string } {
    const known = made.get(origin);
    if (known !== undefined) return known;
    const document = openApiDocument(endpoints, origin, Date.now());
    const documents = {
      json: JSON.stringify(document),
      html: docsPage(document as unknown as ApiDocument, origin),
    };
    // A Worker answers for a few hosts; whoever sends made-up ones gets them made anew.
    if (made.size < 10) made.set(origin, documents);
    return documents;
  }

  const headers = (contentType: string) => ({
    "content-type": contentType,
    "cache-control": `public, max-age=${LIFE_S}`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  app.get("/openapi.json", ({ req }) => {
    const body = documentsFor(new URL(req.url).origin).json;
    return new Response(body, {
      headers: { ...headers("application/json"), "access-control-allow-origin": "*" },
    });
  });
  app.get("/docs", ({ req }) => {
    const body = documentsFor(new URL(req.url).origin).html;
    return new Response(body, { headers: headers("text/html; charset=utf-8") });
  });
}
