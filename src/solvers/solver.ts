/**
 * The solver port. A solver turns one task into one outcome; it never touches the
 * database, the ledger or HTTP. Third-party solvers implement this same interface.
 */

/** What a solver is shown of a task: no account, no key, no money. */
export interface SolverTask {
  /** Canonical task type name, e.g. `ImageToTextTask`. */
  readonly type: string;
  /** Validated task fields in canonical casing, without the image bytes. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Decoded image file bytes (PNG, JPEG, GIF, …), exactly as the client sent them; null for types without one. */
  readonly image: Uint8Array | null;
  /** 1 for the first claim of this task. */
  readonly attempt: number;
}

export interface SolveContext {
  /** Aborted when the lease or the deadline ends, or the server stops. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds after which an answer is worthless. */
  readonly deadline: number;
}

export type Outcome =
  /** A proposed answer. `confidence` is the calibrated probability (0 to 1) that it is right. */
  | {
      readonly kind: "answer";
      readonly solution: Readonly<Record<string, unknown>>;
      readonly confidence: number;
      /** Kept with the task for operators; never sent to the caller. */
      readonly detail?: Readonly<Record<string, unknown>>;
    }
  /** Not for this solver. As no other solver follows in its lane, the task fails uncharged; `reason` reaches the caller. */
  | { readonly kind: "decline"; readonly reason: string }
  /** Nobody can answer this: the task fails and is not charged. `reason` reaches the caller. */
  | { readonly kind: "unsolvable"; readonly reason: string };

export interface Solver {
  /** Short, stable, unique: stored with each answer. */
  readonly id: string;
  /** How many tasks it works on at once: the number of leases its runner may hold. */
  readonly capacity: number;
  accepts(task: SolverTask): boolean;
  /** Rejecting means a fault of the solver, not of the task: the task is queued again. */
  solve(task: SolverTask, context: SolveContext): Promise<Outcome>;
  start?(): Promise<void>;
  stop?(): Promise<void>;
}
