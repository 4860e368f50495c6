import { afterAll, beforeAll, expect, it } from "vitest";
import { type ServedLake, serveLake } from "../../scripts/lake/endpoint.ts";
import { memoryObjectStore } from "../memory-object-store.ts";

let served: ServedLake;
beforeAll(async () => {
  served = await serveLake(memoryObjectStore(), 0);
});
afterAll(() => served.close());

it("refuses paths that are not well encoded, in the words of each API", async () => {
  for (const path of ["namespaces/%", "namespaces/%ff/tables", "namespaces/bronze/tables/%zz"]) {
    const refused = await fetch(`${served.url}/catalog/v1/${path}`);
    expect([refused.status, await refused.json()], path).toMatchObject([
      400,
      { error: { code: 400, type: "BadRequestException" } },
    ]);
  }
  for (const path of ["lakeshore-lake/lake/%", "lakeshore-lake/%ff", "%zz/lake/a"]) {
    const refused = await fetch(`${served.url}/${path}`);
    expect([refused.status, await refused.text()], path).toEqual([
      400,
      expect.stringContaining("<Code>InvalidURI</Code>"),
    ]);
    expect(refused.headers.get("content-type")).toBe("application/xml");
  }
});
