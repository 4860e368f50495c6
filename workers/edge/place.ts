import { readUserAgent } from "../../src/ingest/intake.ts";
import type { RequestContext } from "../../src/registry/index.ts";
import type { Call } from "./endpoint.ts";

/** Formatters are dear to make, and zones are few. */
const hours = new Map<string, Intl.DateTimeFormat>();
const ZONES_MAX = 600;

/** Where and when a browser asks, by what Cloudflare knows of its request; a server asks for people elsewhere. */
export function placeOf({ request, keyKind }: Pick<Call, "request" | "keyKind">): RequestContext {
  if (keyKind === "secret") return {};
  const { cf } = request;
  const localHour = hourIn(cf?.timezone as string | undefined);
  return {
    device: readUserAgent(request.headers.get("user-agent")).device,
    ...(typeof cf?.country === "string" ? { country: cf.country } : {}),
    ...(localHour === undefined ? {} : { localHour }),
  };
}

/** 0 … 23 by the zone's clock; undefined for none, or one that this runtime does not know. */
function hourIn(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  try {
    let format = hours.get(zone);
    if (format === undefined) {
      format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "numeric", hourCycle: "h23" });
      if (hours.size < ZONES_MAX) hours.set(zone, format);
    }
    return Number(format.format(Date.now()));
  } catch {
    return undefined;
  }
}
