/** No font has a picture for this: what is drawn for it is the box of a missing glyph. */
const MISSING = "\u{10FFFF}";
const SIZE_PX = 24;

const known = new Map<string, boolean>();

/** Whether this machine has a picture for a glyph: without an emoji font it would show an empty box. */
export function canDraw(glyph: string): boolean {
  let drawable = known.get(glyph);
  if (drawable === undefined) {
    drawable = pixelsOf(glyph) !== pixelsOf(MISSING);
    known.set(glyph, drawable);
  }
  return drawable;
}

function pixelsOf(text: string): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE_PX;
  const context = canvas.getContext("2d");
  if (context === null) return text;
  context.textBaseline = "top";
  context.font = `${SIZE_PX * 0.75}px sans-serif`;
  // Without U+FE0F, which asks for colour and draws a box of its own where nothing has it.
  context.fillText(text.replaceAll("\uFE0F", ""), 0, 0);
  return canvas.toDataURL();
}
