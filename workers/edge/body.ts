import { ApiError } from "./errors.ts";

/** The largest body that a route takes; the name is what the error tells. */
export interface BodyLimit {
  name: string;
  bytes: number;
}

/**
 * The body as JSON, whatever its content type says: sendBeacon sends `text/plain`, which needs no preflight. An empty body is
 * an empty object where the route needs none.
 */
export async function readJson(
  request: Request,
  { limit, required }: { limit: BodyLimit; required: boolean },
): Promise<unknown> {
  const text = await readText(request, limit);
  if (text === "" && required) throw new ApiError("invalid_body", "the body is empty");
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("invalid_body", "the body is not valid JSON");
  }
}

/**
 * A client that is still writing when the connection closes sees a broken pipe and never our answer: what is over the limit
 * is read and thrown away, up to this. Beyond it the connection may break.
 */
const DISCARD_BYTES_MAX = 16_000_000;

async function readText(request: Request, limit: BodyLimit): Promise<string> {
  if (request.body === null) return "";
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced <= limit.bytes) return request.text();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > DISCARD_BYTES_MAX) break;
    text = bytes > limit.bytes ? "" : text + decoder.decode(chunk, { stream: true });
  }
  if (bytes > limit.bytes) throw tooLarge(limit);
  return text + decoder.decode();
}

function tooLarge({ name, bytes }: BodyLimit): ApiError {
  return new ApiError("too_large", `the body is over ${bytes} bytes (${name})`, { limit: bytes });
}
