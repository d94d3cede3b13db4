import { CONSENSUS, type Rule } from "../tasks/rules.ts";

/** What becomes of a task with one more answer; `disagreed` with the sentence that says so. */
export type Decision = "solved" | "ask again" | { readonly disagreed: string };

/**
 * Stops as soon as enough answers agree, or cannot any more.
 * @param votes values of the people's answers, the newest last; a task is decided after each, so only that one counts
 * @param reading the recogniser's value where it has to agree too; undefined where it reads no such thing, as a grid
 */
export function decide(
  rule: Rule,
  votes: readonly unknown[],
  reading: unknown,
  same: (one: unknown, other: unknown) => boolean,
): Decision {
  const [needed, most] = CONSENSUS[rule.consensus];
  const newest = votes.at(-1);
  const agreeing = votes.filter((vote) => same(vote, newest)).length;
  if (agreeing >= needed) {
    return rule.mode === "agree" && reading !== undefined && !same(reading, newest)
      ? { disagreed: "The recogniser and a person read it differently." }
      : "solved";
  }
  const best = Math.max(...votes.map((one) => votes.filter((other) => same(one, other)).length));
  return best + most - votes.length >= needed
    ? "ask again"
    : { disagreed: `${votes.length} people did not agree on an answer.` };
}
