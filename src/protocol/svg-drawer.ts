/**
 * Draws SVG in a process of its own, one drawing at a time, and kills it when one takes too long: librsvg cannot be interrupted
 * (sharp's `timeout` waits for it), and inside the server it holds one of the four threads that the recogniser needs as well.
 *
 * Bounds on what is drawn do not replace it: 400 circles with a gradient take 1 s at 250,000 pixels, but a single path
 * of 40,000 corners 43 s.
 *
 * The process starts with the first drawing (0.13 s, 100 MB) and ends when none came for a while, or with the server.
 */
import { fork, type ChildProcess } from "node:child_process";
import { extname } from "node:path";

export interface ToDraw {
  readonly svg: Uint8Array;
  readonly maxPixels: number;
}

export type FromChild =
  | { readonly kind: "ready" }
  | { readonly kind: "drawn"; readonly png: Uint8Array }
  | { readonly kind: "damaged" };

export type Drawn =
  | { readonly kind: "drawn"; readonly png: Uint8Array }
  /** It has no size, too many pixels, or is no drawing. */
  | { readonly kind: "damaged" }
  /** Drawing it took longer than allowed, or ended the process. */
  | { readonly kind: "too much" }
  /** Its turn did not come in time, or the process could not start. */
  | { readonly kind: "busy" };

/** What becomes of the process while an answer is waited for. */
type Answer = FromChild | { readonly kind: "late" } | { readonly kind: "ended" };

const START_MS = 10_000;
const IDLE_MS = 30_000;

export interface DrawerOptions {
  /** How long drawing may take. */
  readonly limitMs: number;
  /** How long a drawing waits for its turn. */
  readonly waitMs: number;
  /** Drawings of one owner that wait at most. */
  readonly most: number;
}

interface Waiting {
  readonly drawing: ToDraw;
  readonly since: number;
  readonly resolve: (drawn: Drawn) => void;
  readonly reject: (reason: unknown) => void;
}

export class SvgDrawer {
  readonly #options: DrawerOptions;
  #child: ChildProcess | null = null;
  #idle: NodeJS.Timeout | undefined;
  readonly #waiting = new Map<number, Waiting[]>();
  #working = false;

  constructor(options: DrawerOptions) {
    this.#options = options;
  }

  /** @param owner whose it is. Owners take turns: however many drawings one has, others wait for one of them at a time. */
  draw(drawing: ToDraw, owner: number): Promise<Drawn> {
    const own = this.#waiting.get(owner) ?? [];
    if (own.length >= this.#options.most) return Promise.resolve({ kind: "busy" });
    const { promise, resolve, reject } = Promise.withResolvers<Drawn>();
    own.push({ drawing, since: performance.now(), resolve, reject });
    this.#waiting.set(owner, own);
    if (!this.#working) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    // What is added meanwhile comes in its turn too.
    for (const [owner, own] of this.#waiting) {
      this.#waiting.delete(owner);
      const next = own.shift();
      if (own.length > 0) this.#waiting.set(owner, own);
      if (next === undefined) continue;
      if (performance.now() - next.since > this.#options.waitMs) next.resolve({ kind: "busy" });
      else await this.#draw(next.drawing).then(next.resolve, next.reject);
    }
    this.#working = false;
  }

  async #draw(drawing: ToDraw): Promise<Drawn> {
    clearTimeout(this.#idle);
    const child = this.#child ?? (await this.#start());
    if (child === null) return { kind: "busy" };
    child.send(drawing, () => undefined); // where it cannot be sent the process has ended, which is answer enough
    const answer = await answerOf(child, this.#options.limitMs);
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
    if (answer.kind === "drawn" || answer.kind === "damaged") return answer;
    this.#end();
    return { kind: "too much" };
  }

  /** Null where it did not become ready. The server's end does not wait for it. */
  async #start(): Promise<ChildProcess | null> {
    const child = fork(new URL(`./svg-child${extname(import.meta.url)}`, import.meta.url), {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("error", () => undefined); // followed by its exit, or heard of by who waits for an answer
    child.once("exit", () => {
      if (this.#child === child) this.#child = null;
    });
    child.unref();
    child.channel?.unref();
    this.#child = child;
    const { kind } = await answerOf(child, START_MS);
    if (kind === "ready") return child;
    this.#end();
    return null;
  }

  #end(): void {
    clearTimeout(this.#idle);
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}

function answerOf(child: ChildProcess, limitMs: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const ended = (): void => resolve({ kind: "ended" });
  if (!child.connected) ended();
  const timer = setTimeout(() => resolve({ kind: "late" }), limitMs);
  child.once("message", resolve).once("exit", ended).once("error", ended);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off("message", resolve).off("exit", ended).off("error", ended);
  });
}
