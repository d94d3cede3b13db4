import type { FastifyReply } from "fastify";
import type { PeopleDesk } from "../../people/desk.ts";
import type { FloorEvent } from "../../people/floor.ts";
import type { Visitor } from "../session/guard.ts";
import { Refusal } from "../session/refusal.ts";

const PING_MS = 15_000;
/** A page that does not read what it is sent is cut off. */
const MAX_UNREAD_BYTES = 256 * 1024;

/** Server-sent events, until the page goes or the session is over. */
export async function streamEvents(
  desk: PeopleDesk,
  reply: FastifyReply,
  { who, csrf }: Visitor,
  taking: boolean,
): Promise<void> {
  const { raw } = reply;
  let waiting = 0;
  // Where the other end does not read, the stream may have been ended long before it is closed: writing then is an error.
  const write = (text: string) => {
    if (raw.writableEnded || raw.destroyed) return;
    raw.write(text);
    if (raw.writableLength > MAX_UNREAD_BYTES) raw.destroy();
  };
  const tell = (event: string, data: unknown) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const send = (told: FloorEvent) => {
    const { event, ...data } = told;
    if ("waiting" in told) ({ waiting } = told);
    if (told.event !== "state") tell(event, data);
    else
      desk.session(told.who, csrf, waiting).then(
        (session) => tell("state", session),
        () => raw.destroy(), // the page comes back and reads it
      );
  };
  // The stream's head goes out with its first event, so that a refusal can still have a status of its own.
  const head = () => {
    if (raw.headersSent) return;
    reply.hijack();
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    raw.write("retry: 1000\n\n");
  };
  let closed = false;
  const leave = await desk.floor.connect(who, taking, {
    send: (event) => {
      head();
      send(event);
    },
    close: () => {
      closed = true;
      if (raw.headersSent) raw.end(); // else the refusal that follows ends it
    },
  });
  if (leave === null) {
    throw new Refusal(
      503,
      "NOT_AVAILABLE",
      "Too many pages are connected to this server. Try again later.",
      5,
    );
  }
  const ping = setInterval(() => write(": ping\n\n"), PING_MS);
  const over = () => {
    clearInterval(ping);
    leave();
  };
  raw.on("close", over);
  // Gone, or sent away, while the stream was opened.
  if (closed) raw.end();
  if (raw.destroyed || raw.writableEnded) over();
}
