import { acceptInvite, findInvited, passwordFault, setAccepts } from "../../people/sessions.ts";
import { BODIES, type Session } from "../../protocol/workspace.ts";
import { bodyOf, type SessionRoutes } from "../session/app.ts";
import { setCookie, type Visitor } from "../session/guard.ts";
import { Refusal } from "../session/refusal.ts";
import { limited, serveSignIn, visitorIn } from "../session/sign-in.ts";
import { streamEvents } from "./events.ts";

/** Signing in and out, the worker's own settings, and the event stream. */
export function serveSessions(routes: SessionRoutes): void {
  const { app, desk, prefix, reader, writer } = routes;
  const { database } = desk;

  const answer = ({ who, csrf }: Visitor): Promise<Session> => desk.session(who, csrf, 0);
  serveSignIn(routes, {
    refuses: () => null,
    answer,
    leave: (session) => desk.settlements.releaseAll(session),
  });

  app.post(`${prefix}/api/invite`, async (request) => {
    const { token } = bodyOf(BODIES.invite, request);
    const name = await limited(routes, request, null, () => findInvited(database, token));
    if (name === null) throw inviteUsed();
    return { name };
  });

  app.post(`${prefix}/api/accept-invite`, async (request, reply) => {
    const { token, password } = bodyOf(BODIES.acceptInvite, request);
    const fault = passwordFault(password);
    if (fault !== null) throw new Refusal(422, "WEAK_PASSWORD", fault);
    const opened = await limited(routes, request, null, () => acceptInvite(database, token, password));
    if (opened === null) throw inviteUsed();
    const visitor = await visitorIn(routes, opened);
    setCookie(request, reply, prefix, opened.token);
    return answer(visitor);
  });

  app.put(`${prefix}/api/preferences`, async (request) => {
    const { who, csrf } = await writer(request);
    const { kinds } = bodyOf(BODIES.preferences, request);
    return answer({ who: { ...who, accepts: await setAccepts(database, who.worker, kinds) }, csrf });
  });

  app.get<{ Querystring: { taking?: string } }>(`${prefix}/api/events`, async (request, reply) => {
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
