import assert from "node:assert/strict";
import { after } from "node:test";
import Fastify from "fastify";
import { silentLogger } from "../../src/base/logger.ts";
import { parseRanges } from "../../src/config/ranges.ts";
import { buildConsoleApp } from "../../src/http/console/app.ts";
import { serverWith } from "../../src/http/mount.ts";
import { SignInLimit } from "../../src/http/session/sign-in-limit.ts";
import { buildWorkspaceApp } from "../../src/http/workspace/app.ts";
import type { PeopleDesk } from "../../src/people/desk.ts";
import { inviteWorker, type NewWorker } from "../../src/people/workers.ts";
import { KINDS, type Item, type Session } from "../../src/protocol/workspace.ts";

export const PASSWORD = "correct horse battery";

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** One browser: a cookie, a CSRF token, and what it asks. */
export class Browser {
  #url: string;
  readonly #page: "workspace" | "console";
  cookie = "";
  csrf = "";

  /** @param url where the server listens */
  constructor(url: string, page: "workspace" | "console" = "workspace") {
    this.#url = url;
    this.#page = page;
  }

  /** Goes on with another server of the same desk, as behind a load balancer. */
  moveTo(url: string): void {
    this.#url = url;
  }

  async call(
    method: "GET" | "POST" | "PUT" | "PATCH",
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const response = await fetch(`${this.#url}/${this.#page}/api/${path}`, {
      method,
      headers: {
        cookie: this.cookie,
        ...(method === "GET" ? {} : { "x-csrf-token": this.csrf, "content-type": "application/json" }),
        ...headers,
      },
      ...(method !== "GET" && { body: JSON.stringify(body ?? {}) }),
    });
    const [cookie] = (response.headers.get("set-cookie") ?? "").split(";");
    if (cookie !== undefined && cookie !== "") this.cookie = cookie;
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: isJson ? await response.json() : Buffer.from(await response.arrayBuffer()),
    };
  }

  async post(path: string, body?: unknown): Promise<unknown> {
    const answer = await this.call("POST", path, body);
    assert(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async acceptInvite(token: string): Promise<Session> {
    const session = (await this.post("accept-invite", { token, password: PASSWORD })) as Session;
    this.csrf = session.csrf;
    return session;
  }

  async signIn(name: string): Promise<unknown> {
    const session = await this.post("sign-in", { name, password: PASSWORD });
    this.csrf = (session as { csrf: string }).csrf;
    return session;
  }

  /** Opens the event stream. */
  async events(taking = true): Promise<EventStream> {
    const stream = new EventStream(
      await fetch(`${this.#url}/workspace/api/events?taking=${taking ? 1 : 0}`, {
        headers: { cookie: this.cookie },
      }),
    );
    await stream.next("hello");
    return stream;
  }

  async claim(ahead = false): Promise<Item | null> {
    return ((await this.post("claim", { ahead })) as { item: Item | null }).item;
  }

  /** Claims what was said to wait. */
  async take(): Promise<Item> {
    const item = await this.claim();
    assert(item, "nothing waits");
    return item;
  }

  answer(item: Item, value: unknown): Promise<unknown> {
    return this.post(`items/${item.lease}/answer`, { value, shownMs: 1000 });
  }
}

/** Server-sent events, to be waited for. */
export class EventStream {
  readonly #response: Response;
  readonly #seen: { readonly event: string; readonly data: unknown }[] = [];
  readonly ended: Promise<void>;
  #told: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(response: Response) {
    assert.equal(response.status, 200);
    this.#response = response;
    this.ended = this.#read().finally(() => {
      this.#over = true;
      this.#told.resolve();
    });
    this.ended.catch(() => undefined);
  }

  /**
   * The next event of this name that was not waited for yet.
   * @throws when the stream ends before it
   */
  async next(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const at = this.#seen.findIndex(({ event }) => event === name);
      if (at >= 0) return this.#seen.splice(at, 1)[0]?.data as Record<string, unknown>;
      if (this.#over) throw new Error(`the stream ended before "${name}"`);
      await this.#told.promise;
    }
  }

  async close(): Promise<void> {
    await this.#reader?.cancel().catch(() => undefined);
  }

  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #over = false;

  async #read(): Promise<void> {
    this.#reader = this.#response.body?.getReader() ?? null;
    let text = "";
    const decoder = new TextDecoder();
    for (;;) {
      const chunk = await this.#reader?.read();
      if (chunk === undefined || chunk.done) return;
      text += decoder.decode(chunk.value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (event === undefined) continue;
        this.#seen.push({ event, data: JSON.parse(data ?? "null") });
      }
      this.#told.resolve();
      this.#told = Promise.withResolvers();
    }
  }
}

export interface TestWorkspace {
  readonly url: string;
  /** Invites a worker (`worker 1`, … unless named), who signs in with a browser of their own. */
  hire(worker?: Partial<NewWorker>): Promise<Browser>;
}

let hired = 0;

/** The workspace and the console over a desk, on a port of its own. @param proxies addresses that X-Forwarded-For is believed from */
export async function startWorkspace(desk: PeopleDesk, proxies = ""): Promise<TestWorkspace> {
  const trustProxy = parseRanges(proxies);
  const options = { desk, logger: silentLogger, limit: new SignInLimit(), trustProxy };
  const pages = [
    { path: "/workspace", app: buildWorkspaceApp(options) },
    { path: "/console", app: buildConsoleApp(options) },
  ];
  await Promise.all(pages.map(({ app }) => app.ready()));
  const server = Fastify({ serverFactory: serverWith(pages) });
  const url = await server.listen({ port: 0, host: "127.0.0.1" });
  after(async () => {
    await desk.floor.stop();
    server.server.closeAllConnections();
    await server.close();
    await Promise.all(pages.map(({ app }) => app.close()));
  });
  return {
    url,
    async hire(worker = {}) {
      const name = `worker ${(hired += 1)}`;
      const token = await inviteWorker(desk.database, {
        name,
        role: "worker",
        kinds: KINDS,
        languages: [],
        ...worker,
      });
      const browser = new Browser(url);
      await browser.acceptInvite(token);
      return browser;
    },
  };
}
