import { readFileSync } from "node:fs";
import { BlockList } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { loggedReason, type Logger } from "../base/logger.ts";
import type { WidgetTickets } from "../widgets/tickets.ts";
import type { Vendor } from "../widgets/vendor.ts";
import { VENDORS, widgetOf } from "../widgets/vendors.ts";
import { trustOf } from "./trust-proxy.ts";
import { planOf, SORRY_POLICY, sorryPage, widgetPage, widgetPolicy } from "./widget-page.ts";

export interface WidgetAppOptions {
  readonly tickets: Pick<WidgetTickets, "redeem">;
  readonly logger: Logger;
  /** Another table than the built-in one: for tests with widgets that are served locally. */
  readonly vendors?: readonly Vendor[];
  /** The operator's own proxies; unset for none. */
  readonly trustProxy?: BlockList;
}

/** Static files of the frame; the same place seen from src/ and from dist/. */
const FILES = { "/frame.js": "text/javascript", "/frame.css": "text/css" } as const;
const FOLDER = new URL("../../ui/widget", import.meta.url);

const GONE =
  "This widget is no longer yours to solve: its time is over, the task has ended, or another browser opened it. Take the next task.";

/**
 * The widget origin: it shows vendors' own widgets in frames of the workspace's page. It has no cookies, no session and
 * no other routes, so that a vendor's script finds nothing here but the one task that it is shown for.
 */
export function buildWidgetApp({
  tickets,
  logger,
  vendors = VENDORS,
  trustProxy = new BlockList(),
}: WidgetAppOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    bodyLimit: 1024,
    exposeHeadRoutes: false,
    trustProxy: trustOf(trustProxy),
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.headers({
      "x-content-type-options": "nosniff",
      // Vendors check the origin; the ticket in the path is none of their business.
      "referrer-policy": "origin",
      "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    });
  });
  app.setNotFoundHandler((_request, reply) => sorry(reply, 404, "There is nothing here."));
  app.setErrorHandler((error, _request, reply) => {
    logger.error({ err: error, reason: loggedReason(error) }, "a widget frame failed");
    return sorry(reply, 500, "The widget could not be loaded. Try again.");
  });

  for (const [path, type] of Object.entries(FILES)) {
    const file = readFileSync(new URL(`${FOLDER.href}${path}`));
    app.get(path, (_request, reply) =>
      reply.header("cache-control", "no-cache").type(`${type}; charset=utf-8`).send(file),
    );
  }

  app.get<{ Params: { ticket: string } }>("/frame/:ticket", async (request, reply) => {
    const { ticket } = request.params;
    // Browsers say where a page is to be shown. A frame's page that is opened in a tab would have nobody to tell.
    const place = request.headers["sec-fetch-dest"];
    if (place !== undefined && place !== "iframe")
      return sorry(reply, 403, "This page works in a frame only.");
    const browser = `${request.ip} ${request.headers["user-agent"] ?? ""}`;
    const admission = await tickets.redeem(ticket, browser);
    if (admission === null) return sorry(reply, 410, GONE);
    const { title, fields, workspace } = admission;
    const vendor = widgetOf(title, fields, vendors);
    if (vendor === null) return sorry(reply, 410, `There is no widget for this kind of task.`);
    return reply
      .headers({
        "cache-control": "no-store",
        "content-security-policy": widgetPolicy(vendor.sources(fields), workspace),
      })
      .type("text/html; charset=utf-8")
      .send(widgetPage(planOf(vendor, fields, ticket, workspace)));
  });
  return app;
}

function sorry(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply
    .code(status)
    .headers({ "cache-control": "no-store", "content-security-policy": SORRY_POLICY })
    .type("text/html; charset=utf-8")
    .send(sorryPage(sentence));
}
