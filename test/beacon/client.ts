import type { Consent } from "../../src/beacon/api.ts";
import { type Client, createClient } from "../../src/beacon/client.ts";
import type { World } from "./ports.ts";

export const KEY = "pk_shop_0123456789abcdef0123456789abcdef";

/** The beacon on one page of that world. */
export function open(world: World, initialConsent: Consent = "granted", signal = false): Client {
  return createClient({ api: "https://recs.example", key: KEY, initialConsent, signal }, world);
}

export const sentEvents = (world: World) => world.sent.flatMap(({ events }) => events);
export const storedText = (world: World) =>
  JSON.stringify(
    [world.local, world.session].map((store) => store.keys().map((key) => [key, store.get(key)])),
  );
