/** An entry of a listing: an object, or a prefix that many have in common up to the delimiter. */
export type Listed =
  | { kind: "object"; key: string; size: number; etag: string; uploadedMs: number }
  | { kind: "prefix"; prefix: string };

export interface Listing {
  bucket: string;
  prefix: string;
  delimiter: string;
  keysMax: number;
  entries: readonly Listed[];
  /** The token of the next page, null on the last. */
  next: string | null;
}

const HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** The answer of ListObjectsV2. */
export function listingXml({ bucket, prefix, delimiter, keysMax, entries, next }: Listing): string {
  return `${HEADER}<ListBucketResult ${NAMESPACE}>${[
    tag("Name", bucket),
    tag("Prefix", prefix),
    delimiter === "" ? "" : tag("Delimiter", delimiter),
    tag("MaxKeys", String(keysMax)),
    tag("KeyCount", String(entries.length)),
    tag("IsTruncated", String(next !== null)),
    next === null ? "" : tag("NextContinuationToken", next),
    ...entries.map(entryXml),
  ].join("")}</ListBucketResult>`;
}

function entryXml(entry: Listed): string {
  if (entry.kind === "prefix") return `<CommonPrefixes>${tag("Prefix", entry.prefix)}</CommonPrefixes>`;
  return `<Contents>${[
    tag("Key", entry.key),
    tag("LastModified", new Date(entry.uploadedMs).toISOString()),
    tag("ETag", `"${entry.etag}"`),
    tag("Size", String(entry.size)),
    tag("StorageClass", "STANDARD"),
  ].join("")}</Contents>`;
}

export function locationXml(): string {
  return `${HEADER}<LocationConstraint ${NAMESPACE}>auto</LocationConstraint>`;
}

export function errorXml(code: string, message: string): string {
  return `${HEADER}<Error>${tag("Code", code)}${tag("Message", message)}</Error>`;
}

function tag(name: string, text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<${name}>${escaped.replaceAll('"', "&quot;")}</${name}>`;
}
