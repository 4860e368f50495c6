/**
 * What a field holds: it decides which operators it takes. `any`: a text, a number or a boolean, as attributes hold.
 * `time` compares as milliseconds since the epoch.
 */
export type FieldKind = "number" | "time" | "text" | "list" | "any";

const ITEM_KINDS: Record<string, FieldKind> = {
  item_id: "text",
  title: "text",
  brand: "text",
  currency: "text",
  categories: "list",
  tags: "list",
  price: "number",
  stock: "number",
  popularity: "number",
  published_at: "time",
};

const USER_KINDS: Record<string, FieldKind> = { country: "text", device: "text", segments: "list" };

const ATTRIBUTE = /^attributes\.(?=.{1,40}$)\S/;

/** The field's name after `attributes.`; null for another field. */
export function attributeName(field: string): string | null {
  return ATTRIBUTE.test(field) ? field.slice("attributes.".length) : null;
}

/** Null for what is no field of an item. */
export function itemFieldKind(field: string): FieldKind | null {
  return kindOf(ITEM_KINDS, field);
}

/** Null for what is no field of a visitor. */
export function userFieldKind(field: string): FieldKind | null {
  return kindOf(USER_KINDS, field);
}

function kindOf(kinds: Record<string, FieldKind>, field: string): FieldKind | null {
  if (Object.hasOwn(kinds, field)) return kinds[field] as FieldKind;
  return attributeName(field) === null ? null : "any";
}

export const ITEM_FIELDS_TOLD = `${Object.keys(ITEM_KINDS).join(", ")} or attributes.<name>`;
export const USER_FIELDS_TOLD = `${Object.keys(USER_KINDS).join(", ")} or attributes.<name>`;
