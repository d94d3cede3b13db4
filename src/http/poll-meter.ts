/** Tasks remembered in one generation; two are kept. */
const GENERATION = 200_000;

/**
 * Counts the polls of each task in this process. Bounded: the counts of tasks that were not asked for lately are
 * forgotten, which errs on the caller's side.
 */
export class PollMeter {
  #young = new Map<number, number>();
  #old = new Map<number, number>();

  /** Counts one poll and answers how many there were. */
  count(taskId: number): number {
    const count = (this.#young.get(taskId) ?? this.#old.get(taskId) ?? 0) + 1;
    this.#young.set(taskId, count);
    if (this.#young.size > GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return count;
  }
}
