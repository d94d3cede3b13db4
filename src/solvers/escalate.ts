import { kindOf } from "../protocol/kinds.ts";
import { peopleLane } from "../protocol/lanes.ts";
import { PERSON_NEEDS_MS, type PeopleOnline } from "../tasks/admit.ts";
import type { ClaimedTask } from "../tasks/claim.ts";
import type { Settlement } from "../tasks/settle.ts";
import type { Outcome } from "./solver.ts";
import { personNeeded, readingOf, verdict } from "./verdict.ts";

/**
 * The verdict on a solver's outcome, or the task's way to the people's lane, with the solver's reading as a suggestion
 * for them. Without a worker online or without time it ends at once and uncharged: a silent wait helps nobody.
 * @param leftMs of the task's deadline
 */
export function escalate(
  task: ClaimedTask,
  solver: string,
  outcome: Outcome,
  people: PeopleOnline,
  leftMs: number,
): Settlement | Promise<Settlement> {
  const why = personNeeded(task, outcome);
  if (why === null) return verdict(task, solver, outcome);
  return findPerson(task, people, leftMs).then((missing) => {
    if (missing === null) {
      const lane = peopleLane(kindOf(task.type, task.fields));
      return { key: task.key, lease: task.lease, to: "queued", lane, detail: readingOf(outcome) };
    }
    const failed =
      why === "agreement"
        ? verdict(task, solver, { kind: "decline", reason: "A person has to agree with the recogniser." })
        : verdict(task, solver, outcome);
    return failed.to === "failed"
      ? { ...failed, errorDescription: `${failed.errorDescription} ${missing}`, detail: readingOf(outcome) }
      : failed;
  });
}

/** Null when somebody can be asked, else the sentence that says why not. */
async function findPerson(task: ClaimedTask, people: PeopleOnline, leftMs: number): Promise<string | null> {
  if (leftMs < PERSON_NEEDS_MS) return "No time was left for a person to look at it.";
  const missing = await people.missing(kindOf(task.type, task.fields), task.fields);
  return missing && `It was shown to nobody: ${missing}.`;
}
