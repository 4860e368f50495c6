import type { Answer, Lakeshore, Why } from "./api.ts";

/** For a page that is rendered where there is no visitor: nothing is tracked, and what is asked is left to the browser. */
export function onServer(): Lakeshore {
  const track = () => "";
  // Never settles: a framework that awaits lists on the server asks the API itself.
  const never = () => new Promise<Answer & Why>(() => {});
  const nothing = () => {};
  return {
    ...{ track, view: track, click: track, addToCart: track, purchase: track, like: track, play: track },
    ...{ recommend: never, why: never, similar: never, trending: never, newest: never },
    ...{ identify: nothing, reset: nothing, beforeSend: nothing, push: nothing },
    flush: async () => {},
    consent: () => "pending",
  };
}
