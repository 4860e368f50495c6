import type { StoredEvent } from "../events/index.ts";

export interface Agent {
  device: NonNullable<StoredEvent["device"]>;
  isBot: boolean;
}

/**
 * Names that automatic clients give themselves, in their own words: crawlers and previews ("bot", "crawl", "spider",
 * "preview"), drivers of browsers and libraries. Whoever hides is not found here; a list that is kept up to date by the day
 * would not find them either, and costs more bytes than the rest of the intake. (Cubot makes phones.)
 */
const BOT =
  /(?<!cu)bot\b|bot[/;-]|crawl|spider|slurp|preview|facebookexternalhit|headless|lighthouse|pagespeed|phantomjs|selenium|playwright|puppeteer|^(?:curl|wget|python|go-http|java|okhttp|axios|node|undici|libwww|scrapy)/i;
const TABLET = /ipad|tablet|kindle|silk\/|playbook|android(?!.*mobile)/i;
const MOBILE = /mobi|iphone|ipod|android|blackberry|opera mini/i;
const DESKTOP = /windows|macintosh|x11|linux|cros/i;

/** Device class and bot flag by the `User-Agent` header; without one, a bot: every browser sends it. */
export function readUserAgent(userAgent: string | null | undefined): Agent {
  const text = (userAgent ?? "").slice(0, 500);
  if (text === "") return { device: "other", isBot: true };
  const isBot = BOT.test(text);
  if (TABLET.test(text)) return { device: "tablet", isBot };
  if (MOBILE.test(text)) return { device: "mobile", isBot };
  return { device: DESKTOP.test(text) ? "desktop" : "other", isBot };
}
