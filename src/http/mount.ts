import { createServer } from "node:http";
import type { FastifyInstance, FastifyServerFactory } from "fastify";
import { ARRIVAL_MS, MAX_HEAD_BYTES } from "./unreadable.ts";

/** An app that serves whatever lies below a path. It must be ready. */
export interface Mount {
  /** Such as `/workspace`. */
  readonly path: string;
  readonly app: FastifyInstance;
}

/** One port for several apps: the first whose path fits is asked, else the app that the server is made for. */
export function serverWith(mounts: readonly Mount[]): FastifyServerFactory {
  return (handler) => {
    const server = createServer({ maxHeaderSize: MAX_HEAD_BYTES }, (request, response) => {
      const { url = "/" } = request;
      const mount = mounts.find(
        ({ path }) => url.startsWith(path) && /^[/?]?$/.test(url.charAt(path.length)),
      );
      if (mount === undefined) handler(request, response);
      else mount.app.routing(request, response);
    });
    // Above the 60 s for which common clients and proxies keep an idle connection.
    server.keepAliveTimeout = 75_000;
    server.requestTimeout = ARRIVAL_MS;
    return server;
  };
}
