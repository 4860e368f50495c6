export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --teal: light-dark(#0a6b78, #5cc5cf); scroll-padding-top: 5.5rem; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
a { color: var(--teal); }
nav { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .6rem 0; background: Canvas; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
@media (max-width: 40rem) { :root { scroll-padding-top: 1rem; } nav { position: static; } }
nav a { display: inline-block; }
nav a::first-letter { text-transform: capitalize; }
h2 { margin-top: 2.5rem; }
h2::first-letter { text-transform: capitalize; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 1rem; }
h3 { margin: .5rem 0; font-size: 1.05rem; overflow-wrap: anywhere; }
h3 b { color: var(--teal); font-size: .85rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; }
td code { overflow-wrap: anywhere; }
.names td:first-child code { white-space: nowrap; }
summary { cursor: pointer; padding: .2rem 0; }
pre { background: color-mix(in srgb, currentColor 8%, transparent); padding: .7rem; overflow-x: auto; border-radius: 6px; }
small, em { opacity: .75; font-weight: normal; }`;
