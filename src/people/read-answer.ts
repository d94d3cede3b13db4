import { Check } from "typebox/value";
import { peopleLane } from "../protocol/lanes.ts";
import { ANSWERS, type Answer, type Kind } from "../protocol/workspace.ts";
import { withConfidence } from "../tasks/confidence.ts";
import { ruleOf } from "../tasks/rules.ts";
import type { Settlement } from "../tasks/settle.ts";
import type { WidgetOutcome } from "../widgets/solution.ts";
import { AnswerFault, ANSWERING, solutionOf, valueOf, type Asked, type Solution } from "./answering.ts";
import { decide } from "./consensus.ts";
import type { WidgetDesk } from "./widgets.ts";

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
}

/**
 * Reads what the page sent.
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

/**
 * What becomes of the task with this answer.
 * @param confidence how sure the answer is if it ends the task; null where nothing is known of those who gave it
 */
export function settlementOf(task: Answered, read: ReadAnswer, confidence: number | null): Settlement {
  if (read.kind === "widget") {
    const { outcome } = read;
    return outcome.kind === "solution"
      ? {
          ...solved(task, withConfidence(task.asked, outcome.solution, 1), 1, 1),
          lifetimeMs: outcome.lifetimeMs,
        }
      : { ...failed(task, ""), errorCode: outcome.errorCode, errorDescription: outcome.errorDescription };
  }
  const { kind, value } = read;
  const { asked, detail } = task;
  const votes = [...task.votes.map((vote) => valueIn(kind, asked, vote)), value];
  const reading = valueOf((detail?.["solution"] ?? {}) as Solution);
  const decision = decide(ruleOf(asked.fields), votes, reading, (one, other) =>
    sameValue(kind, asked, one, other),
  );
  if (decision === "solved") {
    const solution = withConfidence(asked, solutionOf(kind, asked.type, value), confidence);
    return solved(task, solution, votes.length, confidence);
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

function solved(
  { key, lease, detail }: Leased,
  solution: Solution,
  people: number,
  confidence: number | null,
): Settlement & { readonly to: "solved" } {
  return {
    key,
    lease,
    to: "solved",
    solver: PEOPLE_SOLVER,
    solution,
    confidence,
    detail: { people, ...(detail !== null && { reading: detail }) },
  };
}
