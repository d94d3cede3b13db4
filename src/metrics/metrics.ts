import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

/** Counters and timings of this process, in the Prometheus text format. */
export class Metrics {
  readonly #registry = new Registry();

  /** Tasks that this process ended, by solver and outcome; `late` are answers that came after the lease had passed on. */
  readonly settled = new Counter({
    name: "glyphdesk_tasks_settled_total",
    help: "Tasks ended by this process",
    labelNames: ["solver", "outcome"] as const,
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

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
