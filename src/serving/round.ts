import { eventTypeCode } from "../events/index.ts";
import {
  factsFor,
  isEmptyRules,
  NO_RULES,
  settleVisitor,
  usesStored,
  usesVisitor,
  type VisitorFacts,
} from "../rules/index.ts";
import type { Problem } from "./degraded.ts";
import { historyOfItems, NO_HISTORY } from "./history.ts";
import type { ServingMemory } from "./memory.ts";
import { type Notice, STORED_WITHHELD, USER_IGNORED } from "./notices.ts";
import { type AnswerRequest, type Plan, planOf } from "./plan.ts";
import type { ServingPorts } from "./ports.ts";
import { readScenariosOf, rememberedScenario, type ScenariosRead, scenarioOf } from "./scenario-reader.ts";
import type { Timeline } from "./timeline.ts";
import { type KnownVisitor, readVisitor, type Visitor } from "./visitor.ts";

/** What a request is answered from, after its one round of reads. */
export interface Round {
  plan: Plan;
  known: KnownVisitor;
  /** What the rules ask of who asks; null where they ask nothing. */
  facts: VisitorFacts | null;
  /** What rules had to do without. */
  lacks: Problem[];
  /** What of the request was not used. */
  notices: Notice[];
}

/** The reads of a round on their way. */
export interface RoundReads {
  scenarios: Promise<ScenariosRead>;
  visitor: Promise<KnownVisitor>;
}

/** Scenario and visitor at once. `facts`: with what rules may ask of a visitor. */
export function startRound(
  request: AnswerRequest,
  facts: boolean,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): RoundReads {
  return {
    scenarios: readScenariosOf(request.tenant, ports, context),
    visitor: readSubject(request, facts, ports, context),
  };
}

/** The round of one request, or its part of `reads` that it shares. Nothing of it may be released before the key's check has succeeded. */
export async function readRound(
  request: AnswerRequest,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
  reads = startRound(request, wantsFacts(request, ports, context.memory), ports, context),
): Promise<Round> {
  const [scenarios, known] = await Promise.all([reads.scenarios, reads.visitor]);
  const read = scenarioOf(scenarios, request.scenario);
  const isWithheld = known.unvouched && request.rules !== NO_RULES && usesStored(request.rules);
  const plan = planOf(isWithheld ? withOwnFacts(request, ports.now()) : request, read.scenario);
  return {
    plan,
    known,
    notices: known.userIgnored ? [USER_IGNORED] : isWithheld ? [STORED_WITHHELD] : [],
    lacks: [...read.problems, ...factsLack(plan, known)],
    facts: plan.usesVisitor ? factsFor(plan.rules, factsOf(request, known.facts), ports.now()) : null,
  };
}

/** Who asks, or what is asked about. */
function readSubject(
  { tenant, subject }: AnswerRequest,
  facts: boolean,
  ports: ServingPorts,
  context: { memory: ServingMemory; timeline: Timeline },
): Promise<KnownVisitor> {
  if (subject.kind === "visitor") {
    return readVisitor({ tenant, visitor: subject.visitor, facts }, ports, context);
  }
  const nobody = { facts: null, problems: [], factsProblem: null, userIgnored: false, unvouched: false };
  if (subject.kind === "anybody") return Promise.resolve({ ...nobody, history: NO_HISTORY, subject: null });
  // What goes with a purchase is another question than what could stand in an item's place.
  const history = historyOfItems([subject.itemId], ports.now(), subject.together ? "purchase" : "view");
  return Promise.resolve({ ...nobody, history, subject: `item:${subject.itemId}` });
}

/**
 * Whether rules may look at the visitor. That is known only where memory has the scenario; where it does not, the visitor is read as if they
 * did: a second round would cost more.
 */
export function wantsFacts(
  { tenant, scenario, rules }: AnswerRequest,
  ports: ServingPorts,
  memory: ServingMemory,
): boolean {
  if (!isEmptyRules(rules) && usesVisitor(rules)) return true;
  const remembered = rememberedScenario(tenant, scenario, ports, memory);
  return remembered === undefined || usesVisitor(remembered.scenario.rules);
}

function factsLack({ usesVisitor: asks }: Plan, { factsProblem }: KnownVisitor): Problem[] {
  return asks && factsProblem !== null ? [factsProblem] : [];
}

/**
 * The request with rules that see of its visitor what it says itself. Anybody may have a list made in the name of a user whom nobody vouches for, and could read
 * what is stored (attributes, segments, deeds, impressions) out of which items come. A scenario's rules are its owner's, and see all.
 */
function withOwnFacts(request: AnswerRequest, nowMs: number): AnswerRequest {
  const { subject, rules } = request;
  const recent = subject.kind === "visitor" ? subject.visitor.recent : [];
  const facts = {
    nowMs,
    visitor: factsOf(request, null),
    interactions: historyOfItems(recent, nowMs).entries,
    typeCodeOf: eventTypeCode,
  };
  return { ...request, rules: settleVisitor(rules, facts) };
}

/** What the request says of its visitor comes before what is stored. */
function factsOf(
  { attributes, location, context }: AnswerRequest,
  stored: KnownVisitor["facts"],
): VisitorFacts {
  const { country, device } = context?.() ?? {};
  return {
    ...stored,
    attributes: { ...stored?.attributes, ...attributes },
    ...(country === undefined ? {} : { country }),
    ...(device === undefined ? {} : { device }),
    ...(location === null ? {} : { location }),
  };
}

/** A visitor whose device remembers nothing may turn out to be nobody: then lists are read beside the rest. */
export function maybeNobody(visitor: Visitor): boolean {
  return visitor.recent.length === 0;
}
