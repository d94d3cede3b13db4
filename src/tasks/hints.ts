import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../database/database.ts";

/** NOTIFY channel on which the lanes of newly queued tasks are told. */
export const TASKS_CHANNEL = "glyphdesk_tasks";

/**
 * The least time between two NOTIFYs. Each wakes every connection of the database that listens, to whatever channel: at
 * 64 connections one in each batch took 9 % of the database's processor time.
 */
const PAUSE_MS = 20;

const TELL = {
  name: "tell-lanes",
  text: `select pg_notify('${TASKS_CHANNEL}', lane) from unnest($1::text[]) as lane`,
};

/**
 * Tells other processes which lanes have new tasks: the first at once, and what comes within PAUSE_MS after it together.
 * Only hints: whoever works on a lane also looks by itself.
 */
export class LaneHints {
  readonly #database: Pick<Database, "relaxed">;
  readonly #lanes = new Set<string>();
  #telling = false;

  constructor(database: Pick<Database, "relaxed">) {
    this.#database = database;
  }

  /** Tasks of the lane were queued, and are committed. */
  tell(lane: string): void {
    this.#lanes.add(lane);
    if (!this.#telling) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    while (this.#lanes.size > 0) {
      const lanes = [...this.#lanes];
      this.#lanes.clear();
      await this.#database.relaxed.query(TELL, [lanes]).catch(() => undefined);
      await delay(PAUSE_MS, undefined, { ref: false });
    }
    this.#telling = false;
  }
}
