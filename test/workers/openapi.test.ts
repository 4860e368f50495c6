import path from "node:path";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, it } from "vitest";
import { EXPRESSION_FORMS, parseRules, RULE_EXAMPLES } from "../../src/rules/index.ts";
import { ROOT } from "../tidy/source-files.ts";

/** By its path at run time: its types are the Workers', not Node's. */
const { default: edge } = (await import(path.join(ROOT, "workers/edge.ts"))) as {
  default: { fetch(request: Request, env: object, context: object): Promise<Response> };
};

/** As the Worker serves it: making documents asks for no binding. */
async function served(address: string): Promise<string> {
  return (await edge.fetch(new Request(`https://recs.shop.test${address}`), {}, {})).text();
}

it("is an OpenAPI document in which a linter finds nothing, by its recommended rules", async () => {
  const config = await createConfig({ extends: ["recommended"] });
  const found = await lintFromString({ source: await served("/openapi.json"), config });
  const told = found.map(
    ({ ruleId, severity, message, location }) =>
      `${severity} ${ruleId} at ${location[0]?.pointer ?? ""}: ${message}`,
  );
  expect(told).toEqual([]);
});

it("has links on its page that lead somewhere", async () => {
  const page = await served("/docs");
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((id) => !page.includes(`id="${id}"`))).toEqual([]);
});

it("shows no example of rules that is not one", async () => {
  const problemsOf = (rules: unknown) => {
    const parsed = parseRules(rules);
    return parsed.ok ? [] : [`${JSON.stringify(rules)}: ${JSON.stringify(parsed.error)}`];
  };
  const page = await served("/docs");
  for (const example of EXPRESSION_FORMS.flatMap(({ examples }) => examples)) {
    expect(problemsOf({ filter: example })).toEqual([]);
    expect(page).toContain(JSON.stringify(example).replaceAll('"', "&quot;"));
  }
  const named = [{ name: "near", where: { brand: "Acme" } }];
  for (const [part, examples] of Object.entries(RULE_EXAMPLES))
    for (const example of examples)
      expect(problemsOf({ ...(part === "relax" ? { filter: named } : {}), [part]: example })).toEqual([]);
});

it("shows each operator of each kind of field in an example", () => {
  const examples = EXPRESSION_FORMS.flatMap((form) => form.examples);
  const VALUES = ["price", "stock", "brand", "currency", "title", "attributes.size"];
  for (const [field, fields] of Object.entries({
    ...{ price: VALUES, title: VALUES, published_at: [...VALUES, "published_at"] },
    tags: ["tags", "categories"],
  })) {
    // One that there is not is answered with those that there are.
    const refused = JSON.stringify(parseRules({ filter: { [field]: { nonsense: 1 } } }));
    const operators = /operator of this field: (.*?) are/.exec(refused)?.[1]?.split(", ") ?? [];
    expect(operators.length).toBeGreaterThan(3);
    const shown = JSON.stringify(examples.map((example) => fields.map((one) => example[one])));
    expect(
      operators.filter(
        (operator) => !shown.includes(`{"${operator}":`) && !shown.includes(`,"${operator}":`),
      ),
    ).toEqual([]);
  }
});

it("tells on its page of every field that a body may hold and an answer carries", async () => {
  const page = await served("/docs");
  const article = (id: string) => {
    const from = page.indexOf(`<article id="${id}"`);
    return page.slice(from, page.indexOf("</article>", from));
  };
  const document = JSON.parse(await served("/openapi.json"));
  for (const [address, id] of [
    ["/v1/recommendations", "post_v1_recommendations"],
    ["/v1/rank", "post_v1_rank"],
  ] as const) {
    const { requestBody } = document.paths[address].post;
    const fields = Object.keys(requestBody.content["application/json"].schema.properties);
    expect(fields.length).toBeGreaterThan(8);
    for (const name of [...fields, "location.lat", "degraded.reason", "items[].score"])
      expect(article(id), `${id}: ${name}`).toContain(`<td><code>${name}</code></td>`);
  }
  expect(article("put_v1_admin_scenarios_name")).toContain("<td><code>exploration.share</code></td>");
  expect(article("post_v1_recommendations")).toContain(
    "list (at most 100) of string, at most 200 characters",
  );
});
