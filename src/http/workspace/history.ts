import { listHistory } from "../../people/history.ts";
import {
  BODIES,
  type FixAnswer,
  type HistoryAnswer,
  type HistoryItemAnswer,
} from "../../protocol/workspace.ts";
import { bodyOf, type SessionRoutes } from "../session/app.ts";
import { sendFile } from "./items.ts";
import { leaseLost, Refusal } from "../session/refusal.ts";

interface OfRow {
  readonly Params: { readonly id: string };
}

/** A worker's last answers, and their correction. Operators and auditors may see everybody's. */
export function serveHistory({ app, desk, prefix, reader, writer }: SessionRoutes): void {
  const path = `${prefix}/api/history`;

  app.get<{ Querystring: { all?: string } }>(path, async (request): Promise<HistoryAnswer> => {
    const { who } = await reader(request);
    const all = request.query.all === "1";
    if (all && who.role === "worker") {
      throw new Refusal(403, "FORBIDDEN", "Only operators and auditors see everybody's history.");
    }
    return { rows: await listHistory(desk.database, all ? null : who.worker) };
  });

  app.get<OfRow>(`${path}/:id`, async (request): Promise<HistoryItemAnswer> => {
    const { who } = await reader(request);
    const found = await desk.earlier(who.worker, idOf(request.params.id));
    if (found === null) throw leaseLost();
    return { item: found.item, value: found.value };
  });

  app.get<OfRow & { Params: { readonly n: string } }>(`${path}/:id/file/:n`, async (request, reply) => {
    const { who } = await reader(request);
    const found = await desk.earlier(who.worker, idOf(request.params.id));
    if (found === null) throw leaseLost();
    return sendFile(reply, found.files, request.params.n);
  });

  app.post<OfRow>(`${path}/:id/fix`, async (request): Promise<FixAnswer> => {
    const { who } = await writer(request);
    const { value } = bodyOf(BODIES.fix, request);
    const fixed = await desk.correct(who.worker, idOf(request.params.id), value);
    return { outcome: fixed ? "accepted" : "too-late" };
  });
}

function idOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw leaseLost();
  return Number(text);
}
