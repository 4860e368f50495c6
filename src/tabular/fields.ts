import { eventSchema, itemSchema, userSchema } from "../events/index.ts";

export const KINDS = ["interactions", "items", "users"] as const;
export type Kind = (typeof KINDS)[number];

/** The wire's fields of each kind; `attributes.<name>` and `context.<name>` name single entries of theirs. */
export const FIELDS: Record<Kind, string[]> = {
  interactions: Object.keys(eventSchema.shape),
  items: Object.keys(itemSchema.shape),
  users: Object.keys(userSchema.shape),
};

export function isField(kind: Kind, field: string): boolean {
  const [name = "", entry] = field.split(".", 2);
  if (entry === undefined) return FIELDS[kind].includes(name);
  return FIELDS[kind].includes(name) && (name === "attributes" || name === "context") && entry !== "";
}

/** What a field wants of a cell. */
export type FieldForm =
  | "id"
  | "type"
  | "text"
  | "number"
  | "currency"
  | "time"
  | "url"
  | "image"
  | "list"
  | "boolean"
  | "json";

const FORMS: Record<string, FieldForm> = {
  ...{ event_id: "id", user_id: "id", anonymous_id: "id", session_id: "id", item_id: "id" },
  ...{ recommendation_id: "id", type: "type", currency: "currency", url: "url", image: "image" },
  ...{ value: "number", quantity: "number", duration_ms: "number", price: "number", stock: "number" },
  ...{ occurred_at: "time", sent_at: "time", published_at: "time" },
  ...{ categories: "list", tags: "list", hidden: "boolean" },
  ...{ items: "json", attributes: "json", context: "json" },
};

/** `text` for what is not told apart, entries of `attributes` among them. */
export function formOf(field: string): FieldForm {
  return FORMS[field] ?? "text";
}

/**
 * The fields that a column of a table may become, with their names for people; `required`: one of each such group must be there. Ids of events
 * and times of sending are made by whoever sends, and a cell holds no list of impressions.
 */
export const OFFERED: Record<Kind, { fields: Record<string, string>; required: string[][] }> = {
  interactions: {
    fields: {
      type: "what happened (type)",
      item_id: "item id",
      user_id: "user id",
      anonymous_id: "visitor or device id",
      session_id: "session id",
      occurred_at: "when it happened",
      value: "value",
      quantity: "quantity",
      currency: "currency",
      duration_ms: "duration, ms",
      scenario: "scenario",
      recommendation_id: "recommendation id",
    },
    required: [["type"], ["item_id"], ["user_id", "anonymous_id"], ["occurred_at"]],
  },
  items: {
    fields: {
      item_id: "item id",
      title: "title",
      url: "page's address",
      image: "image's address",
      categories: "categories",
      tags: "tags",
      brand: "brand",
      price: "price",
      currency: "currency",
      stock: "pieces in stock",
      hidden: "hidden",
      published_at: "available since",
    },
    required: [["item_id"]],
  },
  users: { fields: { user_id: "user id" }, required: [["user_id"]] },
};
