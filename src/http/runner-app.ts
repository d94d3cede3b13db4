import Fastify, { type FastifyInstance } from "fastify";
import type { Database } from "../database/database.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { serveHealth } from "./routes/health.ts";
import { serveMetrics } from "./routes/metrics.ts";

/** What a process that only runs solvers listens for: whoever watches over it. */
export function buildRunnerApp(database: Database, metrics: Metrics): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: "idle", return503OnClosing: false });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .send({ error: "This process runs solvers (GLYPHDESK_ROLE=runner): another one answers the API." }),
  );
  serveHealth(app, database);
  serveMetrics(app, metrics);
  return app;
}
