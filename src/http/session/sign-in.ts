import type { FastifyRequest } from "fastify";
import { endSession, findSession, signIn, type NewSession, type SignedIn } from "../../people/sessions.ts";
import { BODIES } from "../../protocol/workspace.ts";
import { bodyOf, type SessionRoutes } from "./app.ts";
import { setCookie, type Visitor } from "./guard.ts";
import { Refusal, signedOut } from "./refusal.ts";

export interface SignInOptions {
  /** Why somebody whose name and password are right is not let in all the same; null for everybody else. */
  readonly refuses: (who: SignedIn) => Refusal | null;
  /** What a page is told of its session. */
  readonly answer: (visitor: Visitor) => Promise<unknown>;
  /** After a session has ended that signed out. */
  readonly leave: (session: number) => Promise<void>;
}

/** The calls `session`, `sign-in` and `sign-out`. */
export function serveSignIn(routes: SessionRoutes, { refuses, answer, leave }: SignInOptions): void {
  const { app, desk, prefix, reader, writer } = routes;

  app.get(`${prefix}/api/session`, async (request) => answer(await reader(request)));

  app.post(`${prefix}/api/sign-in`, async (request, reply) => {
    const { name, password } = bodyOf(BODIES.signIn, request);
    const opened = await limited(routes, request, name, () => signIn(desk.database, name, password));
    if (opened === null) {
      throw new Refusal(401, "BAD_CREDENTIALS", "The name or the password is wrong.");
    }
    const visitor = await visitorIn(routes, opened);
    const refusal = refuses(visitor.who);
    if (refusal !== null) {
      await endSession(desk.database, visitor.who.session);
      throw refusal;
    }
    setCookie(request, reply, prefix, opened.token);
    return answer(visitor);
  });

  app.post(`${prefix}/api/sign-out`, async (request, reply) => {
    const { who } = await writer(request);
    // Ended first, so that it claims nothing more.
    await endSession(desk.database, who.session);
    await leave(who.session);
    setCookie(request, reply, prefix, "");
    return reply.code(204).send();
  });
}

/** The session that was opened just now. @throws Refusal when it is over again already */
export async function visitorIn({ desk }: SessionRoutes, { token, csrf }: NewSession): Promise<Visitor> {
  const who = await findSession(desk.database, token);
  if (who === null) throw signedOut();
  return { who, csrf };
}

/**
 * Checks a secret, unless there were too many failures.
 * @param name null for tokens
 * @throws Refusal
 */
export async function limited<Result>(
  { limit }: SessionRoutes,
  request: FastifyRequest,
  name: string | null,
  check: () => Promise<Result | null>,
): Promise<Result | null> {
  const wait = limit.wait(name, request.ip);
  if (wait !== null) {
    throw new Refusal(429, "TOO_MANY_TRIES", `Too many tries. Wait ${wait} s and try again.`, wait);
  }
  return limit.run(name, request.ip, check);
}
