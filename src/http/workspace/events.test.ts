import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { it, mock } from "node:test";
import type { FastifyReply } from "fastify";
import type { PeopleDesk } from "../../people/desk.ts";
import type { Page } from "../../people/floor.ts";
import type { Visitor } from "../session/guard.ts";
import { streamEvents } from "./events.ts";

/** The connection of a page that does not read: what is written to it never leaves. */
const stalled = () => new Duplex({ read: () => undefined, write: () => undefined }) as Socket;

it("a stream that was ended while its page does not read is written to no more", async () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const raw = new ServerResponse(new IncomingMessage(new Socket()));
  raw.assignSocket(stalled());
  const faults: unknown[] = [];
  raw.on("error", (error) => faults.push(error));
  let page: Page | null = null;
  const connect = async (_who: unknown, _taking: boolean, opened: Page) => {
    page = opened;
    opened.send({ event: "hello", waiting: 0 });
    return () => undefined;
  };
  const desk = { floor: { connect } } as unknown as PeopleDesk;
  await streamEvents(desk, { raw, hijack: () => undefined } as unknown as FastifyReply, {} as Visitor, true);
  assert(page !== null);
  (page as Page).close();
  assert.deepEqual([raw.writableEnded, raw.writableFinished], [true, false]);
  mock.timers.tick(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(faults, []);
  raw.destroy();
});
