import * as z from "zod";
import { idSchema } from "./id.ts";

const label = z.string().min(1).max(100);
const attribute = z.union([z.string().max(500), z.number(), z.boolean()]);

/** One item of a tenant's catalogue. What is absent is unknown; `hidden` and `stock: 0` keep it out of every answer. */
export const itemSchema = z.strictObject({
  item_id: idSchema,
  title: z.string().max(500).optional(),
  url: z.string().max(2_000).optional(),
  image: z.string().max(2_000).optional(),
  categories: z.array(label).max(20).optional(),
  tags: z.array(label).max(50).optional(),
  brand: label.optional(),
  price: z.number().nonnegative().optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code")
    .optional(),
  stock: z.int().nonnegative().optional(),
  hidden: z.boolean().optional(),
  /** When the item became available, ms since the epoch; its first upsert when absent. */
  published_at: z.int().nonnegative().optional(),
  attributes: z.record(z.string().max(40), attribute).optional(),
});

export type Item = z.infer<typeof itemSchema>;

/** A change of an item: null takes a field away. */
export const itemPatchSchema = z.strictObject({
  title: itemSchema.shape.title.nullable(),
  url: itemSchema.shape.url.nullable(),
  image: itemSchema.shape.image.nullable(),
  categories: itemSchema.shape.categories.nullable(),
  tags: itemSchema.shape.tags.nullable(),
  brand: itemSchema.shape.brand.nullable(),
  price: itemSchema.shape.price.nullable(),
  currency: itemSchema.shape.currency.nullable(),
  stock: itemSchema.shape.stock.nullable(),
  hidden: itemSchema.shape.hidden.nullable(),
  published_at: itemSchema.shape.published_at.nullable(),
  attributes: itemSchema.shape.attributes.nullable(),
});

export type ItemPatch = z.infer<typeof itemPatchSchema>;

/** An item as kept in D1 and the lake. */
export interface StoredItem extends Item {
  published_at: number;
  updated_at: number;
}

export const userSchema = z.strictObject({
  user_id: idSchema,
  attributes: z.record(z.string().max(40), attribute).optional(),
});

export type User = z.infer<typeof userSchema>;

export const userPatchSchema = z.strictObject({ attributes: userSchema.shape.attributes.nullable() });

export type UserPatch = z.infer<typeof userPatchSchema>;

export interface StoredUser extends User {
  updated_at: number;
}

/** The fields that `fields=` of an answer may name. */
export const ITEM_FIELDS = [
  "title",
  "url",
  "image",
  "price",
  "currency",
  "categories",
  "tags",
  "brand",
  "published_at",
  "attributes",
] as const;

export type ItemField = (typeof ITEM_FIELDS)[number];
