import type { ObjectPage } from "../../src/base/index.ts";

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The answer of ListObjectsV2, as far as a page tells of it. */
export function readListing(xml: string): ObjectPage {
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = ""]) => ({
    key: textOf(entry, "Key") ?? "",
    size: Number(textOf(entry, "Size")),
    etag: (textOf(entry, "ETag") ?? "").replaceAll('"', ""),
    uploadedMs: Date.parse(textOf(entry, "LastModified") ?? ""),
  }));
  const cursor = textOf(xml, "NextContinuationToken");
  return { objects, ...(cursor === undefined ? {} : { cursor }) };
}

function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replaceAll(/&(#x?)?(\w+);/g, (whole, number: string | undefined, name: string) => {
    if (number === undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(name, number === "#x" ? 16 : 10));
  });
}
