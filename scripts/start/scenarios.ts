import type { ScenarioInput } from "../../src/serving/index.ts";
import { type ApiClient, ApiError } from "../client/index.ts";

/** The first shelf of the demo page: an example of what a scenario can hold. */
const HOME: ScenarioInput = {
  description: "The first shelf of the page: varied, and never the same for long.",
  rules: {
    filter: [{ name: "worn", where: { not: { shown: { times: { gt: 3 }, within: "7d" } } } }],
    cap: [{ field: "brand", max: 2 }],
    rotation: { within: "1h", weight: 1 },
    relax: ["rotation", "cap", "filter.worn"],
  },
  exploration: { share: 0.1 },
};

/** What the page tells of it. */
export const HOME_SHELF = {
  scenario: "home",
  note: "It rotates: what you have just been shown steps back for an hour, and goes after four times in a week. Two of a brand at most; one place in ten tries out what is new.",
};

/** Stores the page's scenarios where there are none yet: what somebody has changed since stays. */
export async function putScenarios(client: ApiClient): Promise<void> {
  const query = { expected_version: 0 };
  await client
    .request(`/v1/admin/scenarios/${HOME_SHELF.scenario}`, { method: "PUT", body: HOME, query })
    .catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    });
}
