import type { FastifyReply, FastifyRequest } from "fastify";
import { extend, parseLease, type LeaseName } from "../../people/claims.ts";
import type { LoadedFile } from "../../people/files.ts";
import { BODIES, type AnswerAnswer, type ClaimAnswer } from "../../protocol/workspace.ts";
import { bodyOf, type SessionRoutes } from "../session/app.ts";
import { originOf, type Visitor } from "../session/guard.ts";
import { leaseLost, Refusal } from "../session/refusal.ts";

interface OfItem {
  readonly Params: { readonly lease: string };
}

/** The calls about items: claiming them, showing them, and what is said of them. */
export function serveItems({ app, desk, prefix, reader, writer }: SessionRoutes): void {
  const { database, settlements } = desk;
  const path = `${prefix}/api/items/:lease`;

  /** Who asks, and about which item. */
  const holder = async (request: FastifyRequest<OfItem>): Promise<Visitor & { readonly name: LeaseName }> => {
    const visitor = await writer(request);
    return { ...visitor, name: nameOf(request) };
  };

  app.post(`${prefix}/api/claim`, async (request): Promise<ClaimAnswer> => {
    const { who } = await writer(request);
    if (who.role === "auditor") throw new Refusal(403, "FORBIDDEN", "An auditor only reads.");
    const { ahead = false } = bodyOf(BODIES.claim, request);
    return { item: await desk.claim(who.session, ahead, originOf(request)) };
  });

  for (const call of ["show", "heartbeat"]) {
    app.post<OfItem>(`${path}/${call}`, async (request) => {
      const { who, name } = await holder(request);
      const left = await extend(database, who.session, { id: name.item, lease: name.lease });
      if (left === null) throw leaseLost();
      const { leaseMs, deadlineMs } = left;
      return { leaseMs: Math.round(leaseMs), deadlineMs: Math.round(deadlineMs) };
    });
  }

  app.post<OfItem>(`${path}/answer`, async (request): Promise<AnswerAnswer> => {
    const { who, name } = await holder(request);
    const { value, shownMs } = bodyOf(BODIES.answer, request);
    const taken = await settlements.answer(who.session, name, value, shownMs, originOf(request));
    if (taken === null) throw leaseLost();
    return { outcome: taken.outcome, historyId: String(taken.id) };
  });

  app.post<OfItem>(`${path}/skip`, async (request, reply) => {
    const { who, name } = await holder(request);
    await settlements.skip(who.session, name);
    return reply.code(204).send();
  });

  app.post<OfItem>(`${path}/unsolvable`, async (request, reply) => {
    const { who, name } = await holder(request);
    const { reason, note } = bodyOf(BODIES.unsolvable, request);
    if (!(await settlements.unsolvable(who.session, name, reason, note ?? null))) throw leaseLost();
    return reply.code(204).send();
  });

  app.post<OfItem>(`${path}/release`, async (request, reply) => {
    const { who, name } = await holder(request);
    await settlements.release(who.session, name);
    return reply.code(204).send();
  });

  app.get<OfItem & { Params: { readonly n: string } }>(`${path}/file/:n`, async (request, reply) => {
    const { who } = await reader(request);
    const files = await desk.files(who.session, nameOf(request));
    if (files === null) throw leaseLost();
    return sendFile(reply, files, request.params.n);
  });
}

function nameOf(request: FastifyRequest<OfItem>): LeaseName {
  const name = parseLease(request.params.lease);
  if (name === null) throw leaseLost();
  return name;
}

/** Sent so that it is a picture or a sound and nothing else, whatever its bytes are. */
export function sendFile(reply: FastifyReply, files: readonly LoadedFile[], n: string): FastifyReply {
  const file = /^\d{1,3}$/.test(n) ? files[Number(n)] : undefined;
  if (file === undefined) throw new Refusal(404, "INVALID_REQUEST", "The item has no such file.");
  return reply
    .header("content-type", file.type)
    .header("cache-control", "no-store")
    .header("content-security-policy", "sandbox; default-src 'none'")
    .header("cross-origin-resource-policy", "same-origin")
    .send(file.bytes);
}
