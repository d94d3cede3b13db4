import { setTimeout as delay } from "node:timers/promises";
import { Client, escapeIdentifier, type ClientConfig } from "pg";
import { loggedReason, type Logger } from "../base/logger.ts";

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** One connection that holds every LISTEN of this process and is made again whenever it breaks. */
export class Listener {
  readonly #settings: ClientConfig;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, (payload: string) => void>();
  readonly #stopping = new AbortController();
  #client: Client | null = null;
  /** The last statement on a connection that listens: one at a time. Null while there is none. */
  #listening: Promise<unknown> | null = null;
  #running: Promise<void> | null = null;

  constructor(settings: ClientConfig, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  add(channel: string, notify: (payload: string) => void): void {
    this.#handlers.set(channel, notify);
    if (this.#running === null) this.#running = this.#run();
    else if (this.#listening !== null)
      this.#listening = this.#listening
        .then(() => this.#client?.query(`listen ${escapeIdentifier(channel)}`))
        .catch((error: unknown) => {
          this.#logger.warn({ err: error, channel }, "cannot listen; the slow poll goes on");
        });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#running;
  }

  /** Any role of the database may notify anything, and what a handler throws in pg's event would end the process. */
  #tell(channel: string, payload: string): void {
    try {
      this.#handlers.get(channel)?.(payload);
    } catch (error) {
      this.#logger.warn({ err: error, channel }, "a notification could not be read; it is ignored");
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let retry = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const client = new Client({ ...this.#settings, application_name: "glyphdesk-listener" });
      try {
        const ended = new Promise<void>((resolve) => {
          client.on("end", resolve);
          client.on("error", () => resolve());
        });
        client.on("notification", ({ channel, payload }) => this.#tell(channel, payload ?? ""));
        await client.connect();
        this.#client = client;
        // Closed while connecting: close() saw no client to end, so nothing would.
        if (signal.aborted) break;
        for (const channel of this.#handlers.keys()) {
          await client.query(`listen ${escapeIdentifier(channel)}`);
        }
        this.#listening = Promise.resolve();
        retry = FIRST_RETRY_MS;
        // What was notified while nobody listened is lost, so every handler looks for itself.
        for (const channel of this.#handlers.keys()) this.#tell(channel, "");
        await ended;
      } catch (error) {
        if (!signal.aborted) {
          this.#logger.warn(
            { reason: loggedReason(error) },
            "the notification connection failed; trying again",
          );
        }
      } finally {
        this.#client = null;
        this.#listening = null;
        await client.end().catch(() => undefined);
      }
      await delay(retry, undefined, { signal }).catch(() => undefined);
      retry = Math.min(retry * 2, LAST_RETRY_MS);
    }
  }
}
