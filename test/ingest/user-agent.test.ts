import { expect, it } from "vitest";
import { readUserAgent } from "../../src/ingest/index.ts";

it.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/148.0.0.0 Safari/537.36",
    "desktop",
    false,
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "desktop", false],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "desktop", false],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1",
    "mobile",
    false,
  ],
  ["Mozilla/5.0 (Linux; Android 16; Pixel 10) Chrome/148.0.0.0 Mobile Safari/537.36", "mobile", false],
  ["Mozilla/5.0 (Linux; Android 16; SM-X910) Chrome/148.0.0.0 Safari/537.36", "tablet", false],
  ["Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "tablet", false],
  ["Mozilla/5.0 (Linux; Android 10; Cubot X30) Chrome/120.0.0.0 Mobile Safari/537.36", "mobile", false],
  ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "other", true],
  [
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Mobile Safari/537.36 (compatible; Googlebot/2.1)",
    "mobile",
    true,
  ],
  ["Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/148.0.0.0 Safari/537.36", "desktop", true],
  ["curl/8.14.1", "other", true],
  ["python-requests/2.32", "other", true],
  ["", "other", true],
] as const)("reads %s", (userAgent, device, isBot) => {
  expect(readUserAgent(userAgent)).toEqual({ device, isBot });
});
