/**
 * experiments: who is shown what, and what that was worth. An id and a share give a variant, the same one every time; sums over visitors give a
 * lift with an interval that may be looked at as often as somebody likes. Pure numbers: nothing here reads, or knows what a list is.
 */
export { assignVariant, type UnitIds, unitOf, type Variant } from "./assign.ts";
export { LIFT_ALPHA, type Lift, lift, type Verdict } from "./lift.ts";
export { addUnit, NO_UNITS, type RatioSums, ratioOf } from "./ratio.ts";
export { isSkewed } from "./split.ts";
