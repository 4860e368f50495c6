import type { ObjectPage, ObjectStore } from "../../src/base/index.ts";

const REQUEST_TIMEOUT_MS = 60_000;

export interface LakeServer {
  /** Without a slash at its end. */
  url: string;
  adminToken: string;
}

interface Listing {
  objects: { key: string; size: number; etag: string; uploaded_at: number }[];
  cursor?: string;
}

/** `ObjectStore` over a server's objects route: reads only, and only what stands under `lake/`. */
export function serverStore(server: LakeServer): ObjectStore {
  return {
    async get(key, range) {
      const headers = range === undefined ? {} : { range: rangeHeader(range) };
      const response = await send(server, objectPath(key), { headers });
      if (response === null) return null;
      const bytes = new Uint8Array(await response.arrayBuffer());
      const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
      return { bytes, etag: etagOf(response), size: total === undefined ? bytes.length : Number(total) };
    },
    async etag(key) {
      const response = await send(server, objectPath(key), { method: "HEAD" });
      return response === null ? null : etagOf(response);
    },
    async list(prefix, cursor): Promise<ObjectPage> {
      const query = new URLSearchParams({ prefix, ...(cursor === undefined ? {} : { cursor }) });
      const response = await send(server, `?${query}`, {});
      const page = (await response?.json()) as Listing;
      return {
        objects: page.objects.map(({ uploaded_at, ...object }) => ({ ...object, uploadedMs: uploaded_at })),
        ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
      };
    },
    put: () => Promise.reject(readOnly(server)),
    delete: () => Promise.reject(readOnly(server)),
  };
}

/** Null when the object is absent; rejects with the server's own words for other answers than 2xx. */
async function send(
  { url, adminToken }: LakeServer,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> },
): Promise<Response | null> {
  const response = await fetch(`${url}/v1/admin/lake/objects${path}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${adminToken}` },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`${url} cannot be reached: is Lakeshore running there?`, { cause: error });
  });
  if (response.ok) return response;
  const words = await response.text();
  if (response.status === 404) return null;
  throw new Error(`${url} answered ${response.status}: ${words.slice(0, 300)}`);
}

function objectPath(key: string): string {
  return `/${key.split("/").map(encodeURIComponent).join("/")}`;
}

function rangeHeader({ offset, length }: { offset: number; length: number }): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

function etagOf(response: Response): string {
  return (response.headers.get("etag") ?? "").replaceAll('"', "");
}

function readOnly({ url }: LakeServer): Error {
  return new Error(`the lake of ${url} is read-only from here`);
}
