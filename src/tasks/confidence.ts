import type { ClaimedTask } from "./claim.ts";

/** The solution as the caller gets it: with the confidence in it where the task asked for that; null where it is not known. */
export function withConfidence(
  { fields }: Pick<ClaimedTask, "fields">,
  solution: Readonly<Record<string, unknown>>,
  confidence: number | null,
): Readonly<Record<string, unknown>> {
  return fields["confidence"] === true
    ? { ...solution, confidence: confidence === null ? null : Math.round(confidence * 1e4) / 1e4 }
    : solution;
}
