import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import type { Logger } from "../../base/logger.ts";
import { AnswerFault } from "../../people/answering.ts";
import type { PeopleDesk } from "../../people/desk.ts";
import { checkCsrf, checkOrigin, visitorOf } from "./guard.ts";
import { serveHistory } from "./history.ts";
import { serveItems } from "./items.ts";
import { servePage } from "./page.ts";
import { Refusal, sendRefusal } from "./refusal.ts";
import type { WorkspaceRoutes } from "./routes.ts";
import { serveSessions } from "./sessions.ts";

const MAX_BODY_BYTES = 512 * 1024;

/**
 * The people's workspace: its page and what the page asks. An app of its own beside the API for programs, on the same
 * port: it has HTTP statuses, sessions and another idea of errors.
 */
export function buildWorkspaceApp(desk: PeopleDesk, logger: Logger): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { ignoreDuplicateSlashes: true },
    return503OnClosing: false,
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
    if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendRefusal(reply, new Refusal(404, "INVALID_REQUEST", "There is no such page or call.")),
  );
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (reply.raw.headersSent) return reply.raw.destroy();
    return sendRefusal(reply, refusalOf(error, logger));
  });

  const reader = (request: FastifyRequest) => visitorOf(desk.database, request);
  const routes: WorkspaceRoutes = {
    app,
    desk,
    reader,
    writer: async (request) => {
      const visitor = await reader(request);
      checkCsrf(request, visitor);
      return visitor;
    },
  };
  serveSessions(routes);
  serveItems(routes);
  serveHistory(routes);
  servePage(routes);
  return app;
}

function refusalOf(error: FastifyError, logger: Logger): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof AnswerFault) return new Refusal(422, "INVALID_ANSWER", error.message);
  const { statusCode = 500 } = error;
  if (statusCode >= 400 && statusCode < 500) return new Refusal(statusCode, "INVALID_REQUEST", error.message);
  logger.error({ err: error }, "a call of the workspace failed");
  return new Refusal(
    503,
    "NOT_AVAILABLE",
    "The desk cannot answer at the moment. Try again in a few seconds.",
  );
}
