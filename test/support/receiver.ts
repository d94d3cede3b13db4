import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after } from "node:test";

/** One request that arrived. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body, parsed when it is asked for. */
  readonly json: Record<string, unknown>;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that arrived, in order. */
  readonly received: Received[];
  /** What is answered from now on: a status, or nothing at all. */
  answer: number | "hang";
  /** Resolves once so many requests have arrived; rejects after 20 s. */
  arrived(count: number): Promise<void>;
}

/** A real HTTP server on 127.0.0.1 that keeps what is posted to it; closed when the test file is done. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { method = "", url = "", headers } = request;
    received.push({
      method,
      path: url,
      headers,
      body,
      get json() {
        return JSON.parse(body) as Record<string, unknown>;
      },
    });
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    if (receiver.answer !== "hang") response.writeHead(receiver.answer).end("noted");
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/done`,
    port,
    received,
    answer: 200,
    arrived: (count) =>
      new Promise((resolve, reject) => {
        const late = () =>
          reject(new Error(`waited in vain: ${received.length} of ${count} requests arrived`));
        const timer = setTimeout(late, 20_000);
        waiting.push({ count, resolve: () => (clearTimeout(timer), resolve()) });
        if (received.length >= count) waiting.at(-1)?.resolve();
      }),
  };
  return receiver;
}
