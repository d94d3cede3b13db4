import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** A database that does not answer must not hold up the other figures for as long as Prometheus waits. */
const QUEUES_MS = 2_000;

/** How many tasks wait, by lane. */
export type Queues = () => Promise<ReadonlyMap<string, number>>;

/** Counters and timings of this process, in the Prometheus text format. docs/metrics.md lists them. */
export class Metrics {
  readonly #registry = new Registry();

  readonly created = new Counter({
    name: "glyphdesk_tasks_created_total",
    help: "Tasks that this process accepted",
    labelNames: ["type"] as const,
    registers: [this.#registry],
  });

  readonly settled = new Counter({
    name: "glyphdesk_tasks_settled_total",
    help: "Tasks ended by this process, by who ended them (none: the caller or the deadline) and how",
    labelNames: ["solver", "outcome"] as const,
    registers: [this.#registry],
  });

  readonly requeued = new Counter({
    name: "glyphdesk_tasks_requeued_total",
    help: "Tasks that this process's solvers and people gave back for others",
    labelNames: ["solver"] as const,
    registers: [this.#registry],
  });

  readonly late = new Counter({
    name: "glyphdesk_answers_late_total",
    help: "Answers that came after the task had ended or passed to another, and changed nothing",
    labelNames: ["solver"] as const,
    registers: [this.#registry],
  });

  readonly solveSeconds = new Histogram({
    name: "glyphdesk_solve_seconds",
    help: "Seconds from claim to settlement",
    labelNames: ["solver"] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#registry],
  });

  readonly swept = new Counter({
    name: "glyphdesk_tasks_swept_total",
    help: "Tasks handled by housekeeping: lost leases queued again, expired, deleted",
    labelNames: ["action"] as const,
    registers: [this.#registry],
  });

  readonly callbackTries = new Counter({
    name: "glyphdesk_callback_tries_total",
    help: "Tries of this process to deliver a callback",
    labelNames: ["outcome"] as const,
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** What became of a task that a solver or a person of this process held. */
  done(solver: string, to: "solved" | "failed" | "queued", settled: "settled" | "late"): void {
    if (settled === "late") this.late.inc({ solver });
    else if (to === "queued") this.requeued.inc({ solver });
    else this.settled.inc({ solver, outcome: to });
  }

  /** Shows the queues of the whole desk, read at each scrape; nothing while they cannot be read. */
  watch(queues: Queues): void {
    const gauge = new Gauge({
      name: "glyphdesk_tasks_queued",
      help: "Tasks of the whole desk that wait, by lane, counted up to 10000",
      labelNames: ["lane"] as const,
      registers: [this.#registry],
      async collect() {
        const late = new Promise<null>((resolve) => void setTimeout(resolve, QUEUES_MS, null).unref());
        const counts = await Promise.race([queues().catch(() => null), late]);
        gauge.reset();
        for (const [lane, count] of counts ?? []) gauge.set({ lane }, count);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
