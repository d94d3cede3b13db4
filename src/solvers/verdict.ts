import type { ClaimedTask } from "../tasks/claim.ts";
import { withConfidence } from "../tasks/confidence.ts";
import type { Settlement } from "../tasks/settle.ts";
import { ruleOf } from "../tasks/rules.ts";
import { MAX_ATTEMPTS } from "../tasks/sweep.ts";
import type { Outcome } from "./solver.ts";

/** What becomes of a task after a solver's outcome. The caller's threshold is applied here and nowhere else. */
export function verdict(task: ClaimedTask, solver: string, outcome: Outcome): Settlement {
  const { key, lease } = task;
  const fail = (sentence: string, detail: Readonly<Record<string, unknown>> | null): Settlement => ({
    key,
    lease,
    to: "failed",
    solver,
    errorCode: "ERROR_CAPTCHA_UNSOLVABLE",
    errorDescription: `${sentence} It was not charged.`,
    detail,
  });

  if (outcome.kind !== "answer") return fail(outcome.reason, null);
  const { solution, confidence, detail = null } = outcome;
  const threshold = thresholdOf(task);
  if (confidence * 100 >= threshold)
    return {
      key,
      lease,
      to: "solved",
      solver,
      confidence,
      detail,
      solution: withConfidence(task, solution, confidence),
    };
  return fail(
    `Confidence ${Math.floor(confidence * 100)} is below the recognizingThreshold of ${threshold}.`,
    readingOf(outcome),
  );
}

/**
 * Why a person should see the task before it ends: the caller's threshold was not reached or the solver declined, or the
 * task's rule wants both to agree. Null when the verdict stands: nobody can agree with a solver that declined.
 */
export function personNeeded(task: ClaimedTask, outcome: Outcome): "unsure" | "agreement" | null {
  const { mode } = ruleOf(task.fields);
  if (mode === "machine" || outcome.kind === "unsolvable") return null;
  if (mode === "agree") return outcome.kind === "answer" ? "agreement" : null;
  return outcome.kind === "decline" || outcome.confidence * 100 < thresholdOf(task) ? "unsure" : null;
}

/** What a person is told of a solver's outcome, and what an answer may have to agree with. */
export function readingOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  if (outcome.kind !== "answer") return {};
  const { solution, confidence, detail } = outcome;
  return { ...detail, solution, confidence };
}

function thresholdOf({ fields }: ClaimedTask): number {
  return Number(fields["recognizingThreshold"] ?? 0);
}

/** What becomes of a task whose solver broke down: another attempt, unless there were enough. */
export function verdictOnFault(task: ClaimedTask, solver: string): Settlement {
  if (task.attempt < MAX_ATTEMPTS) return { key: task.key, lease: task.lease, to: "queued" };
  return verdict(task, solver, { kind: "unsolvable", reason: "Every attempt to solve this task broke off." });
}
