import type { Models } from "../model-cards.ts";
import { type Loaded, useLoaded } from "../use-loaded.ts";
import { type Choice, versionTimeMs } from "./lists.ts";

/** What a side can be made by. */
export interface Choices {
  stored: Loaded<{ scenarios: { name: string }[] }>;
  models: Loaded<Pick<Models, "live" | "versions">>;
}

export function useChoices(): Choices {
  return { stored: useLoaded("/v1/admin/scenarios"), models: useLoaded("/v1/admin/models") };
}

/** Scenario and model version of one list. Where the names cannot be had, what is live without a scenario can still be looked at. */
export function SideChoice({
  choice,
  of: { stored, models },
  change,
}: {
  choice: Choice;
  of: Choices;
  change: (choice: Choice) => void;
}) {
  const live = models.data?.live?.version;
  const names = new Set(stored.data?.scenarios.map(({ name }) => name));
  const versions = new Set(models.data?.versions.filter((version) => version !== live));
  // What a link names may be gone by now: it is still what was asked for.
  if (choice.scenario !== "") names.add(choice.scenario);
  if (choice.model !== "") versions.add(choice.model);
  return (
    <p class="form">
      <label>
        Scenario{" "}
        <select
          value={choice.scenario}
          onChange={(event) => change({ ...choice, scenario: event.currentTarget.value })}
        >
          <option value="">none named</option>
          {[...names].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Model{" "}
        <select
          value={choice.model}
          onChange={(event) => change({ ...choice, model: event.currentTarget.value })}
        >
          <option value="">live</option>
          {[...versions].map((version) => (
            <option key={version} value={version}>
              {versionWords(version)}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}

const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function versionWords(version: string): string {
  const atMs = versionTimeMs(version);
  return atMs === null ? version : DAY_AND_TIME.format(atMs);
}
