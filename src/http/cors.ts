import type { FastifyInstance } from "fastify";

/**
 * Sent with every answer of the API. Pages of any origin may read it: a request is good for what the key in it is good
 * for, and there are no cookies that a foreign page could ride on.
 */
export const ANY_ORIGIN = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after",
} as const;

/** Of every answer in JSON. */
export const JSON_HEADERS = { ...ANY_ORIGIN, "content-type": "application/json; charset=utf-8" } as const;

/** Answers the question that browsers ask before they send JSON to another origin. */
export function servePreflight(app: FastifyInstance, path: string, methods: string): void {
  app.options(path, (_request, reply) =>
    reply
      .code(204)
      .headers({
        ...ANY_ORIGIN,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "*",
        "access-control-max-age": "86400",
      })
      .send(),
  );
}
