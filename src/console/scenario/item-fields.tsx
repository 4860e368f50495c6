import { useLoaded } from "../use-loaded.ts";
import { isObject } from "./config.ts";
import { ITEM_KINDS } from "./fields.ts";
import { FIELDS_LIST } from "./rows.tsx";

/** The fields that rows offer: those of every item, and the attributes that this shop's popular items have. */
export function ItemFields() {
  const popular = useLoaded<{ items: { attributes?: unknown }[] }>("/v1/popular?limit=100&fields=attributes");
  const attributes = (popular.data?.items ?? []).flatMap((item) =>
    isObject(item.attributes) ? Object.keys(item.attributes) : [],
  );
  const names = [...new Set(attributes)].sort().map((name) => `attributes.${name}`);
  return (
    <datalist id={FIELDS_LIST}>
      {[...Object.keys(ITEM_KINDS), ...names].map((field) => (
        <option key={field} value={field} />
      ))}
    </datalist>
  );
}
