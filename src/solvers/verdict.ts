import type { ClaimedTask } from "../tasks/claim.ts";
import { withConfidence } from "../tasks/confidence.ts";
import type { Settlement } from "../tasks/settle.ts";
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
  const threshold = Number(task.fields["recognizingThreshold"] ?? 0);
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
    { ...detail, solution, confidence },
  );
}

/** What becomes of a task whose solver broke down: another attempt, unless there were enough. */
export function verdictOnFault(task: ClaimedTask, solver: string): Settlement {
  if (task.attempt < MAX_ATTEMPTS) return { key: task.key, lease: task.lease, to: "queued" };
  return verdict(task, solver, { kind: "unsolvable", reason: "Every attempt to solve this task broke off." });
}
