import type { FastifyInstance } from "fastify";
import type { Metrics } from "../../metrics/metrics.ts";

/** The figures of this process for Prometheus. */
export function serveMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}
