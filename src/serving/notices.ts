import { PAGED_ITEMS_MAX } from "./limits.ts";

/** What of a request was not used, and why. */
export interface Notice {
  field: string;
  message: string;
}

export const USER_IGNORED: Notice = {
  field: "user_id",
  message: "was ignored: this tenant requires a valid user_token beside it",
};

export const STORED_WITHHELD: Notice = {
  field: "rules",
  message:
    "of this request see nothing that is stored of the user (attributes, segments, interactions, impressions), only what the request tells: a browser needs a valid user_token for more; a scenario's rules see it",
};

export const PAGES_END: Notice = {
  field: "cursor",
  message: `goes no further: the pages of one list hold ${PAGED_ITEMS_MAX} items at most`,
};
