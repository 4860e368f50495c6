const SEARCH =
  "google bing duckduckgo yahoo yandex baidu ecosia qwant startpage naver seznam brave kagi perplexity chatgpt";
const SOCIAL =
  "facebook instagram twitter x t tiktok pinterest reddit youtube youtu linkedin lnkd snapchat threads vk whatsapp telegram discord tumblr bsky weibo";

/** By the name of a site without its subdomains and its land. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ...SEARCH.split(" ").map((name) => [name, "search"] as const),
  ...SOCIAL.split(" ").map((name) => [name, "social"] as const),
]);
/** First labels of web mail; a mail program's own referrer is empty. */
const MAIL_LABELS = new Set(["mail", "webmail", "email", "outlook"]);
const HOST = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?(?:[^/?#@]*@)?([^/?#:]+)/i;

/** The host that an address, whole or only its host, names, in lower case; null for none. */
export function hostOf(address: string): string | null {
  return HOST.exec(address)?.[1]?.toLowerCase() ?? null;
}

/**
 * Where a visitor came from, in few classes: `search`, `social`, `email`, `direct` for nowhere, else the host itself (it has a dot:
 * no host is taken for a class). A page of the site is its own host. Null where nothing is known.
 */
export function referrerGroup(referrer: string | undefined): string | null {
  if (referrer === undefined) return null;
  if (referrer.trim() === "") return "direct";
  const host = hostOf(referrer)?.replace(/^www\./, "") ?? "";
  const labels = host.split(".");
  if (labels.length < 2) return null;
  if (MAIL_LABELS.has(labels[0] ?? "")) return "email";
  // example.com and example.co.uk have the name in different places.
  return GROUPS.get(labels.at(-2) ?? "") ?? GROUPS.get(labels.at(-3) ?? "") ?? host;
}
