import type { FastifyInstance } from "fastify";
import type { SignedIn } from "../../people/sessions.ts";
import type { ConsoleSession } from "../../protocol/console.ts";
import { buildSessionApp, type SessionAppOptions, type SessionRoutes } from "../session/app.ts";
import { Refusal } from "../session/refusal.ts";
import { serveSignIn } from "../session/sign-in.ts";
import { serveWorkers } from "./workers.ts";

/**
 * The calls of the operator's console, as src/protocol/console.ts has them. Its sessions are its own: the cookie of the
 * workspace is for another path, and a worker's would be refused.
 */
export function buildConsoleApp(options: SessionAppOptions): FastifyInstance {
  const anybody = buildSessionApp("/console", options);
  // Asked each time: a role may change while a session is open.
  const only =
    (read: SessionRoutes["reader"], refuses: (who: SignedIn) => Refusal | null): SessionRoutes["reader"] =>
    async (request) => {
      const visitor = await read(request);
      const refusal = refuses(visitor.who);
      if (refusal !== null) throw refusal;
      return visitor;
    };
  serveSignIn(
    { ...anybody, reader: only(anybody.reader, refuseWorkers) },
    {
      refuses: refuseWorkers,
      answer: async ({ who, csrf }): Promise<ConsoleSession> => ({
        worker: { id: who.worker, name: who.name, role: who.role as ConsoleSession["worker"]["role"] },
        csrf,
      }),
      leave: async () => undefined,
    },
  );
  serveWorkers({
    ...anybody,
    reader: only(anybody.reader, refuseWorkers),
    writer: only(anybody.writer, refuseReaders),
  });
  return anybody.app;
}

function refuseWorkers({ role }: SignedIn): Refusal | null {
  return role === "worker"
    ? new Refusal(403, "FORBIDDEN", "The console is for operators and auditors. Your page is /workspace/.")
    : null;
}

function refuseReaders(who: SignedIn): Refusal | null {
  return who.role === "auditor"
    ? new Refusal(403, "FORBIDDEN", "An auditor only reads.")
    : refuseWorkers(who);
}
