import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import capmonster from "@zennolab_com/capmonstercloud-client";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { Kind } from "../../src/protocol/workspace.ts";
import { launchBrowser } from "./browser.ts";
import { glyphdesk, startGlyphdesk, type ChildServer } from "./process.ts";
import type { StagedTask } from "./workspace-tasks.ts";

const { CapMonsterCloudClientFactory, ClientOptions } = capmonster;
const KEY = "workspace-key-1";
export const PASSWORD = "correct horse battery";

/** A worker at a browser of their own. */
export interface Seat {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: faults of scripts and breaches of its content security policy. */
  readonly faults: readonly string[];
}

export interface WorkspaceStage {
  readonly server: ChildServer;
  readonly browser: Browser;
  readonly client: ReturnType<typeof CapMonsterCloudClientFactory.Create>;
  cli(...words: string[]): Promise<string>;
  /** The address of a one-time invitation. */
  invite(name: string, ...words: string[]): Promise<string>;
  /** An empty browser. */
  open(name: string, options?: Window): Promise<Seat>;
  /** Invites a worker who accepts with the keyboard alone and is then ready to press Start. */
  hire(name: string, options?: { kinds?: readonly Kind[]; window?: Window }): Promise<Seat>;
  /** One method of the API, without the client. */
  call(method: string, body: object): Promise<Record<string, unknown>>;
  /** Has the official client send a task and wait for its end. */
  solve(task: Pick<StagedTask, "request">): Promise<Result>;
}

/** How a browser is opened, and which, if not the stage's own. */
export interface Window extends BrowserContextOptions {
  readonly from?: Browser;
}

/** What the official client says of a task. */
export interface Result {
  readonly error?: string;
  readonly solution?: Readonly<Record<string, unknown>>;
}

/** The client's own patience is ten seconds for a picture: too little on a machine that runs other tests besides. */
const PATIENCE = {
  firstRequestDelay: 100,
  firstRequestNoCacheDelay: 100,
  requestsInterval: 200,
  timeout: 120_000,
};

/** Presses Start; from then on tasks are accepted for this worker. */
export async function startWorking({ page }: Seat): Promise<void> {
  await Promise.all([page.waitForResponse(/events\?taking=1/u), page.keyboard.press("Enter")]);
  await page.getByText("Nothing waiting").waitFor();
}

/** An empty text field that has the focus: the next item is here. */
export const FIELD = 'input[type="text"][value=""]:focus';

/**
 * The built server with its page, its widget origin and its embedded database, a real Chromium, and the official client.
 * `shop.example` is authorised, and pictures go to people. Call it at the top level of a file.
 */
export async function createWorkspaceStage(
  environment: Readonly<Record<string, string>> = {},
): Promise<WorkspaceStage> {
  const dataDir = await mkdtemp(join(tmpdir(), "glyphdesk-workspace-"));
  const [server, browser] = await Promise.all([
    startGlyphdesk({
      GLYPHDESK_DATA_DIR: dataDir,
      GLYPHDESK_API_KEY: KEY,
      GLYPHDESK_BALANCE: "10",
      GLYPHDESK_WIDGET_PORT: "0",
      ...environment,
    }),
    launchBrowser(),
  ]);
  after(async () => {
    assert.equal(await server.stop(), 0);
    await rm(dataDir, { recursive: true, force: true });
  });
  const cli = (...words: string[]) => glyphdesk(dataDir, ...words);
  await Promise.all([
    cli("site", "add", "shop.example", "--consent", "test"),
    cli("rule", "set", "people", "--type", "ImageToTextTask"),
  ]);

  const stage: WorkspaceStage = {
    server,
    browser,
    client: CapMonsterCloudClientFactory.Create(
      new ClientOptions({ clientKey: KEY, serviceUrl: server.url }),
    ),
    cli,
    async call(method, body) {
      const response = await fetch(`${server.url}/${method}`, {
        method: "POST",
        body: JSON.stringify({ clientKey: KEY, ...body }),
      });
      return (await response.json()) as Record<string, unknown>;
    },
    solve: async (task) => stage.client.Solve((await task.request()) as never, PATIENCE),
    async invite(name, ...words) {
      const answer = await cli("worker", "invite", name, "--url", server.url, "--json", ...words);
      return (JSON.parse(answer) as { link: string }).link;
    },
    async open(name, { from = browser, ...options } = {}) {
      const context = await from.newContext({ viewport: { width: 1100, height: 760 }, ...options });
      await context.route(
        (url) => url.hostname !== "127.0.0.1",
        (route) => route.fulfill(vendorAnswer(route.request().url())),
      );
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (/Content Security Policy|Warning:/u.test(message.text())) faults.push(message.text());
      });
      return { name, context, page, faults };
    },
    async hire(name, { kinds, window } = {}) {
      const seat = await stage.open(name, window);
      await seat.page.goto(
        await stage.invite(name, ...(kinds === undefined ? [] : ["--kinds", kinds.join(",")])),
      );
      await seat.page.getByLabel("New password").waitFor();
      await seat.page.keyboard.type(PASSWORD);
      await seat.page.keyboard.press("Enter");
      await seat.page.getByRole("button", { name: "Start" }).waitFor();
      return seat;
    },
  };
  return stage;
}

const STAND_IN = await readFile(new URL("stand-in-vendor.js", import.meta.url), "utf8");

/** A vendor's frame that lets no key out. */
const TRAP = `<!doctype html><button>Trap</button><script>addEventListener("keydown", (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
}, true)</script>`;

/** Every vendor's script is the stand-in; there is no network beyond this machine. */
function vendorAnswer(url: string) {
  return url.endsWith(".html")
    ? { contentType: "text/html", body: TRAP }
    : { contentType: "text/javascript", body: STAND_IN };
}
