import type { FastifyInstance } from "fastify";
import type { Database } from "../../database/database.ts";

/** Liveness: the process answers. Readiness: its database answers too. */
export function serveHealth(app: FastifyInstance, database: Database): void {
  app.get("/health/live", () => ({ status: "ok" }));
  app.get("/health/ready", async (_request, reply) => {
    try {
      await database.query("select 1");
      return { status: "ok" };
    } catch {
      return reply.code(503).send({ status: "unavailable", reason: "the database does not answer" });
    }
  });
}
