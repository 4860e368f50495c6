import { escaped } from "./svg.ts";

/** A page whole in itself: no script, nothing fetched, light or dark as the reader's system is. `body` is HTML. */
export function htmlPage(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<h1>${escaped(title)}</h1>
${body.join("\n")}
</body></html>
`;
}

/** `content` is HTML. */
export function section(title: string, ...content: readonly string[]): string {
  return `<section><h2>${escaped(title)}</h2>\n${content.join("\n")}</section>`;
}

/** Wide ones are scrolled, the page is not. `content` is HTML. */
export function figure(caption: string, content: string): string {
  const told = caption === "" ? "" : `<figcaption>${escaped(caption)}</figcaption>`;
  return `<figure>${told}<div class="plot">${content}</div></figure>`;
}

export function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

/** Cells of numbers stand on the right. `caption` says what a row is. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const isNumber = head.map((_, column) =>
    rows.every((row) => column > 0 && /^([−+$]?[\d.,]+( .*)?|–|)$/.test(row[column] ?? "")),
  );
  const look = (column: number) => (isNumber[column] === true ? ' class="number"' : "");
  const headings = head.map((text, column) => `<th scope="col"${look(column)}>${escaped(text)}</th>`);
  const lines = rows.map((row) => {
    const cells = row.map((text, column) =>
      column === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td${look(column)}>${escaped(text)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="plot"><table><caption>${escaped(caption)}</caption>
<thead><tr>${headings.join("")}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></div>`;
}

/** Colours that the colour-blind tell apart (after Okabe and Ito), with enough contrast on either ground. */
const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2430; --soft: #5b6675; --grid: #e3e7ec; --stripe: #f5f7f9;
  --s0: #6b7280; --s1: #b45309; --s2: #047857; --s3: #1d4ed8; --s4: #9d2a8a; --s5: #0e7490; --s6: #b91c1c; --s7: #4d5a10; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --ink: #e6eaf0; --soft: #9aa6b5; --grid: #2a323d; --stripe: #181d25;
  --s0: #9ca3af; --s1: #f0a04b; --s2: #34c79a; --s3: #7aa7ff; --s4: #e08ad0; --s5: #4fc3dd; --s6: #ff8a80; --s7: #b9c765; } }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 900px;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; } p { color: var(--soft); margin: .4rem 0; }
.plot { overflow-x: auto; } svg { display: block; width: 100%; min-width: 560px; height: auto; }
figure { margin: 1.2rem 0 .6rem; } figcaption { font-size: 14px; font-weight: 600; }
pre { font-size: 12px; line-height: 1.45; }
.verdict { border-left: 4px solid currentColor; padding: .35rem .8rem; margin: 1rem 0; } .verdict p { color: var(--ink); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2.2rem; margin: 1rem 0; }
.facts dt { color: var(--soft); font-size: 13px; } .facts dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; min-width: 34rem; font-size: 13px; margin: .5rem 0; } caption { text-align: left; color: var(--soft); padding: .3rem 0; }
th, td { text-align: left; padding: .22rem .7rem .22rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; } tbody th { font-weight: 500; overflow-wrap: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--soft); }
.grid { stroke: var(--grid); } .mark { stroke: var(--soft); stroke-dasharray: 5 4; } .stripe { fill: var(--stripe); }
.tick { fill: var(--soft); font-size: 12px; } .axis { fill: var(--ink); font-size: 13px; }
.row { fill: var(--ink); font-size: 13px; } .name { font-size: 13px; font-weight: 600; }
polyline { fill: none; stroke: currentColor; stroke-width: 2; } .thin { stroke-width: 1; opacity: .45; }
.band { fill: currentColor; opacity: .16; } .interval { stroke: currentColor; stroke-width: 2.5; stroke-linecap: round; }
circle, .dot, text.name { fill: currentColor; } .hollow { fill: var(--ground); stroke: currentColor; stroke-width: 1.5; }
${Array.from({ length: 8 }, (_, look) => `.s${look} { color: var(--s${look}); }`).join(" ")}
`;
