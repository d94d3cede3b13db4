import type { FastifyReply, FastifyRequest } from "fastify";
import {
  acceptInvite,
  endSession,
  findInvited,
  findSession,
  passwordFault,
  setAccepts,
  signIn,
  type NewSession,
} from "../../people/sessions.ts";
import { BODIES, type Session } from "../../protocol/workspace.ts";
import { bodyOf, PREFIX, type WorkspaceRoutes } from "./routes.ts";
import { streamEvents } from "./events.ts";
import { setCookie, type Visitor } from "./guard.ts";
import { Refusal, signedOut } from "./refusal.ts";
import { SignInLimit } from "./sign-in-limit.ts";

/** Signing in and out, the worker's own settings, and the event stream. */
export function serveSessions({ app, desk, reader, writer }: WorkspaceRoutes): void {
  const limit = new SignInLimit();
  const { database } = desk;

  const answer = ({ who, csrf }: Visitor): Promise<Session> => desk.session(who, csrf, 0);
  const begin = async (request: FastifyRequest, reply: FastifyReply, opened: NewSession) => {
    const who = await findSession(database, opened.token);
    if (who === null) throw signedOut();
    setCookie(request, reply, opened.token);
    return answer({ who, csrf: opened.csrf });
  };
  const limited = async <Result>(
    request: FastifyRequest,
    name: string | null,
    check: () => Promise<Result | null>,
  ): Promise<Result | null> => {
    const wait = limit.wait(name, request.ip);
    if (wait !== null) {
      throw new Refusal(429, "TOO_MANY_TRIES", `Too many tries. Wait ${wait} s and try again.`, wait);
    }
    return limit.run(name, request.ip, check);
  };

  app.get(`${PREFIX}/api/session`, async (request) => answer(await reader(request)));

  app.post(`${PREFIX}/api/sign-in`, async (request, reply) => {
    const { name, password } = bodyOf(BODIES.signIn, request);
    const opened = await limited(request, name, () => signIn(database, name, password));
    if (opened === null) {
      throw new Refusal(401, "BAD_CREDENTIALS", "The name or the password is wrong.");
    }
    return begin(request, reply, opened);
  });

  app.post(`${PREFIX}/api/invite`, async (request) => {
    const { token } = bodyOf(BODIES.invite, request);
    const name = await limited(request, null, () => findInvited(database, token));
    if (name === null) throw inviteUsed();
    return { name };
  });

  app.post(`${PREFIX}/api/accept-invite`, async (request, reply) => {
    const { token, password } = bodyOf(BODIES.acceptInvite, request);
    const fault = passwordFault(password);
    if (fault !== null) throw new Refusal(422, "WEAK_PASSWORD", fault);
    const opened = await limited(request, null, () => acceptInvite(database, token, password));
    if (opened === null) throw inviteUsed();
    return begin(request, reply, opened);
  });

  app.post(`${PREFIX}/api/sign-out`, async (request, reply) => {
    const { who } = await writer(request);
    await desk.settlements.releaseAll(who.session);
    await endSession(database, who.session);
    setCookie(request, reply, "");
    return reply.code(204).send();
  });

  app.put(`${PREFIX}/api/preferences`, async (request) => {
    const { who, csrf } = await writer(request);
    const { kinds } = bodyOf(BODIES.preferences, request);
    return answer({ who: { ...who, accepts: await setAccepts(database, who.worker, kinds) }, csrf });
  });

  app.get<{ Querystring: { taking?: string } }>(`${PREFIX}/api/events`, async (request, reply) => {
    await streamEvents(desk, reply, await reader(request), request.query.taking === "1");
    return reply;
  });
}

function inviteUsed(): Refusal {
  return new Refusal(
    410,
    "INVITE_USED",
    "This invitation was used already or is over. Ask the operator for a new one.",
  );
}
