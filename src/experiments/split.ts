/** Of well-made experiments so few are ever called skewed, over all looks together: it costs them their verdict. */
const ALPHA = 0.001;
/** How near to the share an unfair split is thought to be: as after so many units drawn by it. */
const PRIOR_UNITS = 100;

/**
 * Whether so many units of a variant, of all that were counted, are more or fewer than its share allows: then they were not drawn as was meant, or not counted
 * alike, and their lift tells nothing. Exact, and for any number of looks: the beta-binomial test martingale of Lindon and Malek (Anytime-valid inference for
 * multinomial count data, NeurIPS 2022).
 */
export function isSkewed(
  { popular, personal }: { popular: number; personal: number },
  share: number,
): boolean {
  const [a, b] = [PRIOR_UNITS * share, PRIOR_UNITS * (1 - share)];
  let logEvidence = 0;
  for (let at = 0; at < popular; at++) logEvidence += Math.log((a + at) / share);
  for (let at = 0; at < personal; at++) logEvidence += Math.log((b + at) / (1 - share));
  for (let at = 0; at < popular + personal; at++) logEvidence -= Math.log(PRIOR_UNITS + at);
  return logEvidence > -Math.log(ALPHA);
}
