import type { AnswerItem } from "../beacon/index.ts";
import { canDraw } from "./glyph.ts";

const SVG = "http://www.w3.org/2000/svg";

/**
 * The picture of an item that has none: its category's colour, waves of its own, and its glyph or initials. The same
 * item always looks the same.
 */
export function drawTile(item: AnswerItem): SVGSVGElement {
  const random = numbersOf(item.item_id);
  const hue = Math.round(numbersOf(item.categories?.[0] ?? item.brand ?? "")() * 360);
  const svg = shape("svg", { viewBox: "0 0 160 120", "aria-hidden": "true", class: "tile" });
  svg.style.setProperty("--hue", String(hue));
  svg.append(shape("rect", { width: "160", height: "120", class: "sky" }));
  for (const layer of ["far", "near"]) {
    const top = (layer === "far" ? 62 : 86) + random() * 16;
    const swing = 8 + random() * 14;
    const shift = random() * 80;
    const path = `M${-shift} ${top}q40 ${-swing} 80 0t80 0t80 0v80h-240z`;
    svg.append(shape("path", { d: path, class: layer }));
  }
  const own = item.attributes?.glyph;
  const glyph = typeof own === "string" && canDraw(own) ? own : null;
  const label = shape("text", { x: "80", y: "64", class: glyph === null ? "initials" : "glyph" });
  label.textContent = glyph ?? initials(item.title ?? item.item_id);
  svg.append(label);
  return svg;
}

function shape<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string>) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** "The Shawshank Redemption (1994)" → "SR". */
function initials(title: string): string {
  const words = title.replace(/\(.*$/, "").match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => !/^(the|a|an|of|and)$/i.test(word));
  return (telling.length > 0 ? telling : words)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase())
    .join("");
}

/** A stream of numbers in [0, 1) that depends on the text alone. */
function numbersOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}
