import type { Page, Response } from "playwright-core";
import type { Answer, AnswerAnswer, ClaimAnswer, Kind } from "../../src/protocol/workspace.ts";
import type { Seat } from "./workspace-stage.ts";

/** An answer that a page sent, and what the server said to it. */
export interface SentAnswer {
  /** What the file or the site key of the item ends with: which task it was. */
  readonly mark: string;
  readonly value: Answer;
  readonly outcome: AnswerAnswer["outcome"];
}

/** Marks look like this. */
export const markOf = (index: number): string => `mark-${index}.`;
const MARK = /mark-\d+\.$/u;

/**
 * In the page: waits for an item that can be answered, with its pictures on the screen, nothing answered yet and the
 * focus where the answer goes, and says its kind.
 */
const NEXT = `new Promise((done) => {
  const ready = () => {
    const card = document.querySelector("section[data-phase=working]");
    if (card === null) return null;
    const has = (selector) => card.querySelector(selector) !== null;
    if (has("iframe")) return "widget";
    const field = "input[type=text][value='']:focus";
    if (has("audio[src]")) return has(field) ? "audio" : null;
    const pictures = [...card.querySelectorAll("img")];
    if (pictures.length === 0 || pictures.some((one) => !one.complete || one.naturalWidth === 0)) return null;
    if (has("[role=listbox]")) return has("[role=option]:focus") && !has("[aria-selected=true]") ? "grid" : null;
    if (has("[role=application]")) return has("[role=application]:focus") ? "points" : null;
    if (has("input[type=range]")) return has("input[type=range]:focus") ? "rotation" : null;
    if (has("input[type=radio]")) return has("input:checked") ? null : "choice";
    return has(field) ? "text" : null;
  };
  const look = () => {
    const kind = ready();
    if (kind === null) setTimeout(look, 10);
    else done(kind);
  };
  look();
})`;

/** The calls that are written down. */
const CALLS = /\/api\/(?:items\/([\d-]+)\/)?(claim|file\/0|answer)$/u;

/** Rows of the keyboard that lie like the cells of a grid. */
const CELLS = "qweasdzxc".split("");

/** The keys of the n-th answer to an item of this kind. Answers differ, so that a mix-up shows. */
const KEYS: { readonly [K in Kind]: (n: number) => readonly string[] } = {
  text: (n) => `word${n}`.split(""),
  audio: (n) => String(n).split(""),
  grid: (n) => CELLS.filter((_, cell) => ((n % 511) + 1) & (1 << cell)),
  points: (n) => [
    ...Array<string>(n % 7).fill("Shift+ArrowRight"),
    ...Array<string>(n % 5).fill("ArrowUp"),
    "Space",
  ],
  rotation: (n) => Array<string>((n % 3) + 1).fill("ArrowRight"),
  choice: (n) => [String((n % 4) + 1)],
  widget: () => ["Tab"],
};

/** Somebody at the keyboard, who answers whatever comes. */
export class Person {
  readonly page: Page;
  readonly sent: SentAnswer[] = [];
  /** Leases that the page was given and has not answered. */
  readonly held = new Set<string>();
  readonly #marks = new Map<string, string>();
  #written: Promise<unknown> = Promise.resolve();

  constructor({ page }: Seat) {
    this.page = page;
    // From the request on, so that an answer on its way counts: the page goes on before it is acknowledged.
    page.on("request", (request) => {
      if (!CALLS.test(request.url())) return;
      // What a browser still hears while it is killed cannot be read any more.
      const heard = request
        .response()
        .then((response) => response && this.#hear(response))
        .catch(() => null);
      this.#written = Promise.all([this.#written, heard]);
    });
  }

  /** Waits for the next item that can be answered. */
  async next(): Promise<Kind> {
    const kind = await this.page.evaluate<Kind>(NEXT);
    await this.written();
    return kind;
  }

  /** Answers what is on the screen. */
  async answer(kind: Kind, n: number): Promise<void> {
    const frame = this.page.locator("iframe");
    if (kind === "widget") await frame.contentFrame().getByRole("button").waitFor();
    for (const key of [...KEYS[kind](n), "Enter"]) await this.page.keyboard.press(key);
    // The vendor's token comes when it comes.
    if (kind === "widget") await frame.waitFor({ state: "detached" });
  }

  /** Everything that the page has asked the server is answered and written down. */
  async written(): Promise<void> {
    await this.#written;
  }

  async #hear(response: Response): Promise<void> {
    const [, lease = "", call = ""] = CALLS.exec(response.url()) ?? [];
    if (call === "claim") {
      const { item } = (await response.json()) as ClaimAnswer;
      if (item !== null) this.held.add(item.lease);
    } else if (call === "file/0") {
      // The browser keeps no bytes of what its page took as a blob: asked for again, as the page did.
      const file = await this.page.request.get(response.url());
      this.#marks.set(lease, readMark(await file.body()));
    } else if (call === "answer") {
      const { value } = response.request().postDataJSON() as { value: Answer };
      const mark = "token" in value ? readMark(Buffer.from(value.token)) : (this.#marks.get(lease) ?? "");
      this.held.delete(lease);
      const { outcome } = (await response.json()) as AnswerAnswer;
      this.sent.push({ mark, value, outcome });
    }
  }
}

function readMark(bytes: Buffer): string {
  return MARK.exec(bytes.toString("latin1", Math.max(0, bytes.length - 20)))?.[0] ?? "";
}
