import { Check } from "typebox/value";
import { peopleLane } from "../protocol/lanes.ts";
import { ANSWERS, type Answer, type Kind } from "../protocol/workspace.ts";
import { withConfidence } from "../tasks/confidence.ts";
import { ruleOf } from "../tasks/rules.ts";
import type { Settlement } from "../tasks/settle.ts";
import { AnswerFault, ANSWERING, solutionOf, valueOf, type Asked, type Solution } from "./answering.ts";
import { decide } from "./consensus.ts";
import type { WidgetDesk, WidgetOutcome } from "./widgets.ts";

/** Stored with every answer of a person. */
export const PEOPLE_SOLVER = "people";

/** An answer that is one. */
export type ReadAnswer =
  | { readonly kind: Exclude<Kind, "widget">; readonly answer: Answer; readonly value: unknown }
  | { readonly kind: "widget"; readonly outcome: Exclude<WidgetOutcome, { readonly kind: "invalid" }> };

/** A task that a worker holds, and what others said of it. */
export interface Answered {
  readonly key: number;
  readonly lease: number;
  readonly kind: Kind;
  readonly asked: Asked;
  /** What the recogniser found; unlike `asked.reading` also where the worker must not see it. */
  readonly detail: Readonly<Record<string, unknown>> | null;
  /** Answers of others. */
  readonly votes: readonly Answer[];
  /** Share of check items that the worker answered right; null when it is not known. */
  readonly accuracy: number | null;
}

/**
 * Reads what the page sent.
 * @param widgets null where an earlier answer is corrected, which a widget's never is
 * @param workspace origin of the page
 * @throws AnswerFault with a sentence for the worker
 */
export function readAnswer(
  kind: Kind,
  asked: Asked,
  value: unknown,
  widgets: WidgetDesk | null,
  workspace: string,
): ReadAnswer {
  if (!Check(ANSWERS[kind], value)) throw new AnswerFault(`This is no answer to an item of kind ${kind}.`);
  if (kind !== "widget") return { kind, answer: value, value: valueIn(kind, asked, value) };
  if (widgets === null) throw new AnswerFault("A widget's answer cannot be corrected.");
  const outcome = widgets.solution(asked.type, asked.fields, value, workspace);
  if (outcome.kind === "invalid") throw new AnswerFault(outcome.message);
  return { kind, outcome };
}

/** What becomes of the task with this answer. */
export function settlementOf(task: Answered, read: ReadAnswer): Settlement {
  if (read.kind === "widget") {
    const { outcome } = read;
    return outcome.kind === "solution"
      ? { ...solved(task, outcome.solution, 1, 1), lifetimeMs: outcome.lifetimeMs }
      : { ...failed(task, ""), errorCode: outcome.errorCode, errorDescription: outcome.errorDescription };
  }
  const { kind, value } = read;
  const { asked, detail } = task;
  const votes = [...task.votes.map((vote) => valueIn(kind, asked, vote)), value];
  const reading = valueOf((detail?.["solution"] ?? {}) as Solution);
  const rule = ruleOf(asked.fields);
  const same = (one: unknown, other: unknown) => sameValue(kind, asked, one, other);
  const decision = decide(rule, votes, reading, same);
  if (decision === "solved") {
    const asking = rule.mode === "agree" ? [...votes, reading] : votes;
    const agreed = asking.filter((one) => same(one, value)).length / asking.length;
    // One person alone agrees with nobody: what is known is how often they are right.
    const confidence = asking.length > 1 ? agreed : task.accuracy;
    return solved(task, solutionOf(kind, asked.type, value), votes.length, confidence);
  }
  return decision === "ask again" ? backToQueue(task) : failed(task, decision.disagreed);
}

export function sameValue(kind: Kind, asked: Asked, one: unknown, other: unknown): boolean {
  return kind !== "widget" && ANSWERING[kind].same(one as never, other as never, asked);
}

/** The comparable value of an answer. @throws AnswerFault */
export function valueIn(kind: Exclude<Kind, "widget">, asked: Asked, answer: Answer): unknown {
  return ANSWERING[kind].value(asked, answer as never);
}

type Leased = Pick<Answered, "key" | "lease" | "kind" | "detail">;
type Solved = Pick<Answered, "key" | "lease" | "detail" | "asked">;

export function backToQueue({ key, lease, kind }: Leased): Settlement {
  return { key, lease, to: "queued", lane: peopleLane(kind) };
}

/** @param reason a sentence for the caller */
export function failed({ key, lease, detail }: Leased, reason: string): Settlement & { to: "failed" } {
  return {
    key,
    lease,
    to: "failed",
    solver: PEOPLE_SOLVER,
    errorCode: "ERROR_CAPTCHA_UNSOLVABLE",
    errorDescription: `${reason} It was not charged.`,
    detail,
  };
}

/** @param people how many were asked */
function solved(
  { key, lease, detail, asked }: Solved,
  solution: Solution,
  people: number,
  confidence: number | null,
): Settlement & { readonly to: "solved" } {
  return {
    key,
    lease,
    to: "solved",
    solver: PEOPLE_SOLVER,
    solution: withConfidence(asked, solution, confidence),
    confidence,
    detail: { people, ...(detail !== null && { reading: detail }) },
  };
}
