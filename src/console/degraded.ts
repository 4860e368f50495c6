/** Why answers were less than they could be, as a part of a sentence. */
const WORDS: Readonly<Record<string, string>> = {
  scorer_cold: "the model was still being loaded",
  scorer_late: "the model did not answer in time",
  scorer_error: "the model could not be asked",
  ranker_error: "the second stage failed",
  no_model: "there is no model yet",
  history_unknown: "the model knew nothing that the visitor did, or not the item asked about",
  profile_late: "the visitor's history did not come in time",
  profile_error: "the visitor's history could not be read",
  config_late: "the settings did not come in time",
  scenario_late: "the scenario did not come in time",
  scenario_error: "the scenario could not be read",
  lists_late: "the common lists did not come in time",
  few_items: "few items qualify",
  no_items: "no item qualifies",
};

export function degradedWords(reason: string): string {
  return WORDS[reason] ?? reason.replaceAll("_", " ");
}
