import type { FastifyRequest } from "fastify";
import { readQuality, type WorkerQuality } from "../../people/quality.ts";
import {
  allowWorker,
  disableWorker,
  enableWorker,
  endSessions,
  inviteWorker,
  listWorkers,
  pauseWorker,
  renewInvitation,
  setCheckShare,
  type Worker,
} from "../../people/workers.ts";
import {
  CONSOLE_BODIES,
  type ConsoleWorker,
  type InvitationAnswer,
  type WorkerNumbers,
  type WorkersAnswer,
} from "../../protocol/console.ts";
import { bodyOf, type SessionRoutes } from "../session/app.ts";
import { originOf } from "../session/guard.ts";
import { Refusal } from "../session/refusal.ts";

interface OfWorker {
  readonly Params: { readonly id: string };
}

/** Inviting people, letting them do this and not that, and seeing how they do. */
export function serveWorkers({ app, desk, logger, prefix, reader, writer }: SessionRoutes): void {
  const { database } = desk;
  const path = `${prefix}/api/workers`;

  const list = async (): Promise<ConsoleWorker[]> => {
    const [workers, quality] = await Promise.all([listWorkers(database), readQuality(database)]);
    const numbers = new Map(quality.map((row) => [row.id, row]));
    return workers.map((worker) => shownAs(worker, numbers.get(worker.id)));
  };
  const find = async (id: number): Promise<ConsoleWorker> => {
    const worker = (await list()).find((one) => one.id === id);
    if (worker === undefined) throw new Refusal(404, "INVALID_REQUEST", "There is no such worker.");
    return worker;
  };
  const linkOf = (request: FastifyRequest, token: string) =>
    `${originOf(request)}/workspace/#invite=${token}`;
  /** Every change leaves a line in the log: who did what to whom. */
  const note = (by: string, action: string, worker: string) =>
    logger.info({ by, action, worker }, "a worker was changed in the console");

  app.get(path, async (request): Promise<WorkersAnswer> => {
    await reader(request);
    return { workers: await list() };
  });

  app.get<OfWorker>(`${path}/:id`, async (request): Promise<ConsoleWorker> => {
    await reader(request);
    return find(idOf(request));
  });

  app.post(path, async (request, reply): Promise<InvitationAnswer> => {
    const { who } = await writer(request);
    const { languages = [], ...worker } = bodyOf(CONSOLE_BODIES.invite, request);
    const token = await inviteWorker(database, { ...worker, languages }, { again: false });
    note(who.name, "invite", worker.name);
    const made = (await list()).find(({ name }) => name === worker.name.trim());
    if (made === undefined) throw new Error("the new worker is not found");
    void reply.code(201);
    return { worker: made, link: linkOf(request, token) };
  });

  app.patch<OfWorker>(`${path}/:id`, async (request): Promise<ConsoleWorker> => {
    const { who } = await writer(request);
    const { checkShare, ...allowance } = bodyOf(CONSOLE_BODIES.change, request);
    const { id, name } = await find(idOf(request));
    await allowWorker(database, id, allowance);
    if (checkShare !== undefined) await setCheckShare(database, id, checkShare);
    note(who.name, "change", name);
    return find(id);
  });

  app.post<OfWorker>(`${path}/:id/invite`, async (request): Promise<InvitationAnswer> => {
    const { who } = await writer(request);
    bodyOf(CONSOLE_BODIES.nothing, request);
    const { id, name } = await find(idOf(request));
    const token = await renewInvitation(database, id);
    note(who.name, "invite", name);
    return { worker: await find(id), link: linkOf(request, token) };
  });

  const actions = {
    pause: (id: number, request: FastifyRequest) =>
      pauseWorker(database, id, bodyOf(CONSOLE_BODIES.pause, request).reason),
    resume: (id: number) => pauseWorker(database, id, null),
    "sign-out": (id: number) => endSessions(database, id),
    disable: (id: number) => disableWorker(database, id),
    enable: (id: number) => enableWorker(database, id),
  };
  for (const [action, act] of Object.entries(actions)) {
    app.post<OfWorker>(`${path}/:id/${action}`, async (request): Promise<ConsoleWorker> => {
      const { who } = await writer(request);
      if (action !== "pause") bodyOf(CONSOLE_BODIES.nothing, request);
      const { id, name } = await find(idOf(request));
      if (action === "disable" && id === who.worker) {
        throw new Refusal(
          409,
          "INVALID_REQUEST",
          "You cannot disable yourself: another operator can, or `glyphdesk worker disable`.",
        );
      }
      await act(id, request);
      note(who.name, action, name);
      return find(id);
    });
  }
}

function shownAs(
  { allowed, disabledAt, lastSeen, ...worker }: Worker,
  quality: WorkerQuality | undefined,
): ConsoleWorker {
  return {
    ...worker,
    kinds: allowed,
    disabled: disabledAt !== null,
    lastSeen: lastSeen?.toISOString() ?? null,
    quality: quality === undefined ? null : numbersOf(quality),
  };
}

function numbersOf({ id: _id, name: _name, ...numbers }: WorkerQuality): WorkerNumbers {
  return numbers;
}

function idOf({ params }: FastifyRequest<OfWorker>): number {
  return /^\d{1,15}$/.test(params.id) ? Number(params.id) : 0;
}
