import type { ObjectStore } from "../../src/base/index.ts";

/** Of a run's folder, what others read while it runs and after. */
const REPORTS = ["progress.json", "outcome.json", "report.json"];

/**
 * What the steps of a run hand to each other, the keys under `folder` but its reports, goes to `scratch`, which is near and large;
 * all else is the site's. A list of the run's folder tells of `scratch` alone.
 */
export function withScratch(site: ObjectStore, folder: string, scratch: ObjectStore): ObjectStore {
  const isScratch = (key: string) => key.startsWith(folder) && !REPORTS.includes(key.slice(folder.length));
  const storeOf = (key: string) => (isScratch(key) ? scratch : site);
  return {
    get: (key, range) => storeOf(key).get(key, range),
    etag: (key) => storeOf(key).etag(key),
    put: (key, bytes, condition) => storeOf(key).put(key, bytes, condition),
    list: (prefix, cursor) => (prefix.startsWith(folder) ? scratch : site).list(prefix, cursor),
    async delete(keys) {
      await scratch.delete(keys.filter(isScratch));
      await site.delete(keys.filter((key) => !isScratch(key)));
    },
  };
}
