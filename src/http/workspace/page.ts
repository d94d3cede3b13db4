import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { SessionRoutes } from "../session/app.ts";
import { originOf } from "../session/guard.ts";

/** The built page; the same three levels up from `src/http/workspace` and `dist/http/workspace`. */
const ROOT = fileURLToPath(new URL("../../../dist-ui/", import.meta.url));
const PAGE = "workspace.html";

/** Nothing but this desk's own files, and the widget origin in a frame. */
function policy(frames: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    `frame-src ${frames}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The workspace's page: one HTML file, and assets whose names change with their contents. */
export function servePage({ app, desk, prefix }: SessionRoutes): void {
  const address = `${prefix}/`;
  // A checkout whose page was not built serves the API alone.
  if (!existsSync(ROOT)) return;
  void app.register(fastifyStatic, {
    root: ROOT,
    prefix: address,
    index: false,
    cacheControl: false,
    // The page itself comes only with its policy, by the route below.
    allowedPath: (path, _root, { routeOptions }) => !path.endsWith(".html") || routeOptions.url === address,
    setHeaders: (reply, path) => {
      const named = path.includes("/assets/");
      void reply.header("cache-control", named ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  app.get(prefix, (_request, reply) => reply.redirect(address));
  app.get(address, (request, reply) => {
    const frames = desk.widgets.origin(originOf(request));
    return reply.header("content-security-policy", policy(frames)).sendFile(PAGE);
  });
}
