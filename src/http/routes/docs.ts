import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { docsPage } from "../docs-page.ts";
import { openApi } from "../openapi.ts";

/** The same three levels up from `src/http/routes` and from `dist/http/routes`. */
const MANIFEST = new URL("../../../package.json", import.meta.url);

/** The API's description: `/openapi.json` for programs, `/docs` for people. Made once, when the server starts. */
export function serveDocs(app: FastifyInstance): void {
  const { version } = JSON.parse(readFileSync(MANIFEST, "utf8")) as { readonly version: string };
  const document = JSON.stringify(openApi(version));
  const { html, policy } = docsPage();
  app.get("/openapi.json", (_request, reply) => reply.type("application/json; charset=utf-8").send(document));
  app.get("/docs", (_request, reply) =>
    reply
      .headers({
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      })
      .send(html),
  );
}
