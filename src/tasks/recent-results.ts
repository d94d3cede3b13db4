import type { TaskView } from "./read.ts";

/**
 * How long a task that this process leased as it wrote it is called unfinished without asking the database. Somebody
 * else may end it meanwhile (cancelled on another node, deadline), so not for long; most solvers need less.
 */
const LEASED_BELIEVED_MS = 1_000;
/** Bounds of one generation; two are remembered. */
const GENERATION_TASKS = 10_000;
const GENERATION_CHARACTERS = 4_000_000;

interface Remembered {
  readonly view: TaskView;
  /** `performance.now()` after which the database is asked. */
  readonly until: number;
}

/**
 * What this process knows of tasks without asking the database, by taskId: results that it has just committed, and
 * tasks that its own runner is working on. Only a short cut: what is missing here is read from the database.
 *
 * A result that does not expire never changes and its taskId is not given away again while it is kept, so it may be
 * believed as long as it is kept. Views carry their account: the reader compares it, here as with the database's rows.
 */
export class RecentResults {
  // Generations, because taking single entries from the front of a large Map costs a walk over those already taken.
  #young = new Map<number, Remembered>();
  #old = new Map<number, Remembered>();
  #characters = 0;
  /** Told of each end, for those who wait for it. */
  onEnded: (id: number) => void = () => undefined;

  /** The task is committed and leased to this process. */
  leased(task: Pick<TaskView, "id" | "accountId" | "price" | "createdAt">): void {
    const view: TaskView = {
      ...task,
      state: "leased",
      solution: null,
      solutionExpired: null,
      errorCode: null,
      errorDescription: null,
      settledAt: null,
    };
    this.#put({ view, until: performance.now() + LEASED_BELIEVED_MS });
  }

  /**
   * The task's end is committed.
   * @param until `performance.now()` up to which its row is kept at least
   */
  ended(view: TaskView, until: number): void {
    // Whether a token has expired is for the database's clock to say.
    if (view.solutionExpired === null) this.#put({ view, until });
    else this.forget(view.id);
    this.onEnded(view.id);
  }

  /** Whoever ends tasks in any other way than by their lease says so here after the commit: the next read asks the database. */
  forget(id: number): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  /** Undefined when the database has to be asked. */
  find(id: number): TaskView | undefined {
    const known = this.#young.get(id) ?? this.#old.get(id);
    return known !== undefined && known.until > performance.now() ? known.view : undefined;
  }

  #put(remembered: Remembered): void {
    const { id, solution, errorDescription } = remembered.view;
    this.#young.set(id, remembered);
    this.#characters += (solution?.length ?? 0) + (errorDescription?.length ?? 0);
    if (this.#young.size < GENERATION_TASKS && this.#characters < GENERATION_CHARACTERS) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#characters = 0;
  }
}
