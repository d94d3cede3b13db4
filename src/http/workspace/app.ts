import type { FastifyInstance } from "fastify";
import { buildSessionApp, type SessionAppOptions } from "../session/app.ts";
import { serveHistory } from "./history.ts";
import { serveItems } from "./items.ts";
import { servePage } from "./page.ts";
import { serveSessions } from "./sessions.ts";

/** The people's workspace: its page and what the page asks, as src/protocol/workspace.ts has it. */
export function buildWorkspaceApp(options: SessionAppOptions): FastifyInstance {
  const routes = buildSessionApp("/workspace", options);
  serveSessions(routes);
  serveItems(routes);
  serveHistory(routes);
  servePage(routes);
  return routes.app;
}
