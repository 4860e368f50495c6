import type { BoundTest } from "./bind.ts";
import type { Place, Scalar } from "./rules.ts";

/** Whether a test holds for a field's values: none where the field is absent. */
export function passes(values: readonly Scalar[], test: BoundTest): boolean {
  switch (test.op) {
    case "exists":
      return values.length > 0;
    case "in":
      return values.some((value) => test.values.includes(value));
    case "all":
      return test.values.every((value) => values.includes(value));
    case "prefix": {
      const start = folded(test.value);
      return values.some((value) => typeof value === "string" && folded(value).startsWith(start));
    }
    case "contains": {
      const part = folded(test.value);
      return values.some((value) => typeof value === "string" && folded(value).includes(part));
    }
    default:
      return values.some((value) => typeof value === "number" && compares(value, test.op, test.value));
  }
}

function compares(value: number, op: "lt" | "lte" | "gt" | "gte", bound: number): boolean {
  if (op === "lt") return value < bound;
  if (op === "lte") return value <= bound;
  return op === "gt" ? value > bound : value >= bound;
}

/** How texts are compared by `prefix` and `contains`. U+0000 stands between the texts of a column. */
export function folded(text: string): string {
  return text.toLowerCase().replaceAll("\0", " ");
}

/** Mean radius (IUGG). */
const EARTH_KM = 6_371.0088;
const RADIANS = Math.PI / 180;

/** Great-circle distance by the haversine formula. */
export function distanceKm(a: Place, b: Place): number {
  const latitude = Math.sin(((b.lat - a.lat) * RADIANS) / 2) ** 2;
  const longitude = Math.sin(((b.lon - a.lon) * RADIANS) / 2) ** 2;
  const chord = latitude + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * longitude;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** Degrees to either side within which all lies that is so near: what lies outside need not be measured. A little wide of it. */
export function boxAround({ lat }: Place, withinKm: number): { lat: number; lon: number } {
  const slack = 1e-6;
  const angle = withinKm / EARTH_KM;
  const height = angle / RADIANS + slack;
  // Around a pole every longitude is near.
  if (Math.abs(lat) + height >= 90) return { lat: height, lon: 360 };
  return { lat: height, lon: Math.asin(Math.sin(angle) / Math.cos(lat * RADIANS)) / RADIANS + slack };
}
