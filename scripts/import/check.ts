import { createHash } from "node:crypto";
import { type Event, type Item, makeUuidV7, type User } from "../../src/events/index.ts";
import {
  type Checked,
  checkInteraction as checkInteractionFields,
  checkItem as checkItemFields,
  checkUser as checkUserFields,
  mapFields,
} from "../../src/tabular/index.ts";
import { fieldOf, type Mapping } from "./fields.ts";

/** What the ids of rows are made from: the same for a resumed import, so that a row sent twice counts once. */
export interface FileOrigin {
  /** Hash of the file. */
  fingerprint: string;
  startedMs: number;
}

/** A record as an event: id, session and consent are filled in where the file has none, `type` from the option. */
export function checkInteraction(
  values: Record<string, unknown>,
  mapping: Mapping,
  line: number,
  origin: FileOrigin,
  typeDefault: string | undefined,
): Checked<Event> {
  const random = createHash("sha256").update(`${origin.fingerprint}\n${line}`).digest();
  return checkInteractionFields(mapFields(values, fieldOf("interactions", mapping)), {
    eventId: makeUuidV7(origin.startedMs, random),
    sentAtMs: origin.startedMs,
    typeDefault,
  });
}

export function checkItem(values: Record<string, unknown>, mapping: Mapping): Checked<Item> {
  return checkItemFields(mapFields(values, fieldOf("items", mapping)));
}

export function checkUser(values: Record<string, unknown>, mapping: Mapping): Checked<User> {
  return checkUserFields(mapFields(values, fieldOf("users", mapping)));
}
