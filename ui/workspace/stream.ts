import type { WorkspaceEvents } from "../../src/protocol/workspace.ts";

export interface StreamHandlers {
  /** The stream is open: what was missed meanwhile has to be asked for. */
  onOpen(): void;
  /** @param refused the server answered, but not with events */
  onBreak(refused: boolean): void;
  on<Name extends keyof WorkspaceEvents>(name: Name, data: WorkspaceEvents[Name]): void;
}

const NAMES = ["hello", "waiting", "lost", "state", "ended"] as const satisfies (keyof WorkspaceEvents)[];
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/**
 * The server's events. The browser reconnects by itself after a broken connection, but gives up when the answer is an
 * HTTP error, as from a proxy whose server is just restarting: then this opens it again.
 */
export class Stream {
  readonly #handlers: StreamHandlers;
  #source: EventSource | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(handlers: StreamHandlers) {
    this.#handlers = handlers;
  }

  /** Opens it, or opens it anew with another `taking`: only workers who take tasks count as being there. */
  open(taking: boolean): void {
    this.close();
    const source = new EventSource(`api/events?taking=${taking ? 1 : 0}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#retryMs = FIRST_RETRY_MS;
      this.#handlers.onOpen();
    });
    source.addEventListener("error", () => {
      const refused = source.readyState === EventSource.CLOSED;
      this.#handlers.onBreak(refused);
      if (!refused || this.#source !== source) return;
      this.#retry = setTimeout(() => this.open(taking), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
    });
    for (const name of NAMES) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) =>
        this.#handlers.on(name, JSON.parse(data) as never),
      );
    }
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }
}
