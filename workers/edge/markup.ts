/** A piece of HTML: what is put into it by `html` is text, and is escaped, unless it is such a piece itself. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Part = Markup | string | number | readonly Markup[];

export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(
    strings.reduce((page, string, at) => page + (at === 0 ? "" : written(parts[at - 1] ?? "")) + string, ""),
  );
}

/** Text in which what stands between backticks is code. */
export function prose(text: string): Markup {
  return new Markup(written(text).replace(/`([^`]+)`/g, "<code>$1</code>"));
}

function written(part: Part): string {
  if (part instanceof Markup) return part.html;
  if (typeof part === "object") return part.map((one) => one.html).join("");
  return String(part)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
