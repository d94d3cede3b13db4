import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";

export interface Sample {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Sends one JSON text and answers the parsed reply. */
export type Send = (path: string, body: string) => Promise<Record<string, unknown>>;

/** One unit of work of a connection, for example one createTask. */
export type Work = (send: Send) => Promise<void>;

/**
 * Keeps `connections` keep-alive connections busy with `work` for `seconds`, after a fifth of that for warming up.
 * @throws when any answer is not HTTP 200
 */
export async function measure(
  url: string,
  connections: number,
  seconds: number,
  work: Work,
): Promise<Sample> {
  const clients = Array.from({ length: connections }, () => new Client(url));
  const warmUntil = performance.now() + seconds * 200;
  const until = warmUntil + seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    clients.map(async (client) => {
      const send: Send = async (path, body) => {
        const reply = await client.request({
          path,
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        if (reply.statusCode !== 200) throw new Error(`${path} answered HTTP ${reply.statusCode}`);
        return (await reply.body.json()) as Record<string, unknown>;
      };
      for (let now = performance.now(); now < until;) {
        await work(send);
        const end = performance.now();
        if (now >= warmUntil) times.push(end - now);
        now = end;
      }
    }),
  );
  await Promise.all(clients.map((client) => client.close()));
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    p50: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  };
}

/** The work of an official client, but asking every `pauseMs`: create a task, then ask until it is ready. */
export function createAndAwait(clientKey: string, createBody: string, pauseMs = 2): Work {
  return async (send) => {
    const { taskId } = await send("/createTask", createBody);
    const read = JSON.stringify({ clientKey, taskId });
    for (;;) {
      const { status, errorCode } = await send("/getTaskResult", read);
      if (status === "ready") return;
      if (errorCode !== undefined) throw new Error(`getTaskResult answered ${JSON.stringify(errorCode)}`);
      await delay(pauseMs);
    }
  };
}
