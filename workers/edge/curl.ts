import type { ApiDocument, Operation, Parameter } from "./docs.ts";

/** One operation of the document, with its place. */
export interface Entry {
  path: string;
  method: string;
  operation: Operation;
}

export function entriesOf(document: ApiDocument): Entry[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** A line that works when pasted into a shell, once the key's variable is set and the path names what is there. */
export function curlLine({ path, method, operation }: Entry, origin: string): string {
  const [scheme] = schemesOf(operation);
  const { parameters = [], requestBody } = operation;
  const verb = method === "get" ? "" : `-X ${method.toUpperCase()} `;
  const token = scheme === "adminToken" ? "$ADMIN_TOKEN" : "$SECRET_KEY";
  const isBearer = scheme !== undefined && scheme !== "publishableKey";
  return [
    `curl ${verb}"${origin}${filledPath(path, parameters)}${search(parameters, scheme)}"`,
    ...(isBearer ? [`-H "authorization: Bearer ${token}"`] : []),
    ...(requestBody === undefined
      ? []
      : [
          `-H 'content-type: application/json'`,
          `-d ${quoted(requestBody.content["application/json"]?.example ?? {})}`,
        ]),
  ].join(" \\\n  ");
}

/** Names of the schemes that an operation takes; the first is the one that its example shows. */
export function schemesOf({ security = [] }: Operation): string[] {
  return security.flatMap((scheme) => Object.keys(scheme));
}

function filledPath(path: string, parameters: readonly Parameter[]): string {
  return path.replace(/\{(\w+)\}/g, (whole, name) => {
    const parameter = parameters.find((one) => one.in === "path" && one.name === name);
    // Slashes of a key are part of its address.
    return encodeURIComponent(String(parameter?.example ?? whole)).replaceAll("%2F", "/");
  });
}

function search(parameters: readonly Parameter[], scheme: string | undefined): string {
  const shown = parameters.filter((one) => one.in === "query" && one.example !== undefined);
  const parts = [
    ...(scheme === "publishableKey" ? ["key=$PUBLISHABLE_KEY"] : []),
    ...shown.map(
      ({ name, example }) => `${name}=${encodeURIComponent(String(example)).replaceAll("%2C", ",")}`,
    ),
  ];
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** JSON as one word of the shell. */
function quoted(value: unknown): string {
  return `'${JSON.stringify(value).replaceAll("'", "'\\''")}'`;
}
