import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import type { Frame, Page } from "playwright-core";
import { silentLogger } from "../../src/base/logger.ts";
import { buildWidgetApp } from "../../src/http/widget-app.ts";
import { claim } from "../../src/tasks/claim.ts";
import { WidgetTickets } from "../../src/widgets/tickets.ts";
import type { Fields, Vendor } from "../../src/widgets/vendor.ts";
import { launchBrowser } from "./browser.ts";
import { createTestDesk } from "./desk.ts";

/** What a frame tells the workspace's page. */
export interface Message {
  readonly event: "ready" | "token" | "error" | "expired" | "leave" | "size";
  readonly ticket: string;
  readonly token?: string;
  readonly extra?: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly detail?: string;
}

/** The workspace's side of a widget: a frame, and only what it says from its own origin. */
const WORKSPACE_PAGE = `<!doctype html><title>workspace</title><iframe width="500" height="400"
  sandbox="allow-scripts allow-same-origin allow-forms allow-popups" referrerpolicy="no-referrer"></iframe>
<script>
const frame = document.querySelector("iframe");
window.open_ = (address) => { window.origin_ = new URL(address).origin; frame.src = address; };
addEventListener("message", (event) => {
  if (event.origin === window.origin_ && event.source === frame.contentWindow && event.data.glyphdesk === "widget")
    heard(event.data);
});
</script>`;

/** One task's widget in a worker's browser. */
export interface Shown {
  readonly ticket: string;
  /** Address of the frame. */
  readonly address: string;
  frame(): Frame;
  /** The first message of this kind, whether it has come or is still to come. */
  heard(event: Message["event"]): Promise<Message>;
  messages(): readonly Message[];
}

export interface Worker {
  readonly page: Page;
  /** Shows the widget of a new task in place of the one before. */
  show(title: string, fields: Fields): Promise<Shown>;
}

/**
 * A widget listener on a real database, a page in place of the workspace, and a browser in which nothing but these two
 * is on the network: every other request is what `serve` answers, or fails. Call it at the top level of a file.
 */
export async function createWidgetStage(vendors?: readonly Vendor[]) {
  const desk = await createTestDesk();
  const account = await desk.addAccount("owner", 1_000_000_000);
  const workspace = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end(WORKSPACE_PAGE);
  });
  await new Promise<void>((done) => workspace.listen(0, "127.0.0.1", done));
  const own = `http://127.0.0.1:${(workspace.address() as AddressInfo).port}`;
  const tickets = new WidgetTickets({ database: desk.database, origin: null, port: () => port });
  const app = buildWidgetApp({ tickets, logger: silentLogger, ...(vendors && { vendors }) });
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 })) as unknown as { port: number };
  const browser = await launchBrowser();
  after(async () => {
    await app.close();
    workspace.close();
  });
  let count = 0;

  /** A task of this kind, leased by a worker, and a ticket for its frame. */
  async function issue(title: string, fields: Fields, parent = own) {
    // A lane for each, so that nobody claims what was meant for a frame beside it.
    const lane = `widget-stage-${(count += 1)}`;
    await desk.submitter.submit(account.task({ type: title, fields, lane, image: null, price: 1000 }));
    const [task] = await claim(desk.database, desk.images, {
      lane,
      limit: 1,
      leasedBy: "a worker",
      leaseMs: 60_000,
    });
    if (task === undefined) throw new Error("the task was not claimed");
    const issued = await tickets.issue({ taskKey: task.key, lease: task.lease, workspace: parent });
    if (issued === null) throw new Error("the lease was lost");
    return { ...issued, task };
  }

  return {
    own,
    issue,
    desk,
    browser,
    /** A worker with a browser of their own, in which vendors answer as `serve` says. */
    async newWorker(serve: (url: URL, body: string | null) => Answer): Promise<Worker> {
      const context = await browser.newContext();
      await context.route(
        (url) => url.hostname !== "127.0.0.1",
        async (route) => {
          const request = route.request();
          const answer = await serve(new URL(request.url()), request.postData());
          await (answer === null ? route.abort() : route.fulfill(answer));
        },
      );
      const page = await context.newPage();
      let hear: (message: Message) => void = () => {};
      await page.exposeFunction("heard", (message: Message) => hear(message));
      await page.goto(own);
      return {
        page,
        async show(title, fields) {
          const { frame: address } = await issue(title, fields);
          const opened = shownAt(page, address);
          hear = opened.hear;
          await page.evaluate(`open_(${JSON.stringify(address)})`);
          return opened.shown;
        },
      };
    },
  };
}

function shownAt(page: Page, address: string) {
  const messages: Message[] = [];
  const waiting: { readonly event: string; readonly done: (message: Message) => void }[] = [];
  const shown: Shown = {
    address,
    ticket: address.split("/").at(-1) ?? "",
    frame() {
      const frame = page.frames().find((frame) => frame.url() === address);
      if (frame === undefined) throw new Error("the frame is not loaded");
      return frame;
    },
    messages: () => messages,
    heard(event) {
      const come = messages.find((message) => message.event === event);
      if (come !== undefined) return Promise.resolve(come);
      return new Promise((done) => waiting.push({ event, done }));
    },
  };
  const hear = (message: Message) => {
    // The frame before this one may still have had something to say.
    if (message.ticket !== shown.ticket) return;
    messages.push(message);
    for (const { event, done } of waiting) if (event === message.event) done(message);
  };
  return { shown, hear };
}

interface Fulfilment {
  readonly contentType?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** What the browser gets for a request to a vendor; null: the network is down. */
export type Answer = Fulfilment | null | Promise<Fulfilment | null>;
