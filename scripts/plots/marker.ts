import { escaped, px } from "./svg.ts";

export interface Marker {
  x: number;
  y: number;
  /** Pixels from the middle to the edge. */
  size: number;
  look: number;
  isHollow: boolean;
}

/** Corners of a form whose edge is 1 from the middle; none: a circle. */
const FORMS: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  [
    [0, -1.2],
    [1.15, 0.9],
    [-1.15, 0.9],
  ],
  [
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ],
  [
    [0, 1.2],
    [1.15, -0.9],
    [-1.15, -0.9],
  ],
];

/** Told apart by form as well as by colour. `says` is shown under the pointer. */
export function marker({ x, y, size, look, isHollow }: Marker, says: readonly string[]): string {
  const title = `<title>${escaped(says.join(", "))}</title>`;
  const kind = isHollow ? ' class="hollow"' : "";
  const form = FORMS[look % FORMS.length] ?? [];
  if (form.length === 0) return `<circle${kind} cx="${px(x)}" cy="${px(y)}" r="${size}">${title}</circle>`;
  const corners = form.map(([dx, dy]) => `${px(x + size * dx)},${px(y + size * dy)}`).join(" ");
  return `<polygon${kind || ' class="dot"'} points="${corners}">${title}</polygon>`;
}
