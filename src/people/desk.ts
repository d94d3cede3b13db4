import type { Logger } from "../base/logger.ts";
import type { Database } from "../database/database.ts";
import type { Item, ItemFile, Session } from "../protocol/workspace.ts";
import type { Examples } from "../tasks/examples.ts";
import { ANSWERING } from "./answering.ts";
import { claimItem, findHeld, leaseText, type Held, type LeaseName } from "./claims.ts";
import { CheckItems } from "./checks.ts";
import { ItemFiles, type LoadedFile } from "./files.ts";
import { Floor } from "./floor.ts";
import { correct, findCorrectable, readToday } from "./history.ts";
import { Presence } from "./presence.ts";
import { Settlements, type SettlementsOptions } from "./settlements.ts";
import type { SignedIn } from "./sessions.ts";
import type { WidgetDesk } from "./widgets.ts";

export interface PeopleDeskOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly keepSeconds: number;
  readonly examples: Examples;
  readonly widgets: WidgetDesk;
  readonly onSettled?: SettlementsOptions["onSettled"];
}

/** Everything that people do in one process: who is there, what they hold, what they answer. */
export class PeopleDesk {
  readonly database: Database;
  readonly presence: Presence;
  readonly settlements: Settlements;
  readonly floor: Floor;
  readonly widgets: WidgetDesk;
  readonly #files: ItemFiles;
  readonly #checks = new CheckItems();
  readonly #examples: Examples;

  constructor({ database, logger, keepSeconds, examples, widgets, onSettled }: PeopleDeskOptions) {
    this.database = database;
    this.widgets = widgets;
    this.#examples = examples;
    this.#files = new ItemFiles(database);
    this.presence = new Presence(database, (type, fields) => widgets.describe(type, fields) !== null);
    this.settlements = new Settlements({
      database,
      keepSeconds,
      files: this.#files,
      examples,
      widgets,
      people: this.presence,
      ...(onSettled && { onSettled }),
    });
    this.floor = new Floor({
      database,
      logger,
      releaseAll: (session) => this.settlements.releaseAll(session),
      onPresence: () => this.presence.forget(),
    });
  }

  /**
   * The next item for a session, as its page shows it; null when nothing waits for it.
   * @param workspace origin of the page
   */
  async claim(session: number, ahead: boolean, workspace: string): Promise<Item | null> {
    const held = await claimItem(this.database, this.#checks, session, ahead);
    if (held === null) return null;
    // An item that lies ready may be somebody else's in a moment: those who are free must know of it.
    if (ahead && !held.shown) this.floor.wake("");
    return this.#show(held, workspace);
  }

  /** The files of an item that a session holds; null when its lease is lost. */
  async files(session: number, name: LeaseName): Promise<readonly LoadedFile[] | null> {
    const held = await findHeld(this.database, session, name);
    return held === null ? null : this.#filesOf(held);
  }

  /** An earlier answer with its item; null when it can no longer be corrected. */
  async earlier(worker: number, id: number) {
    const found = await findCorrectable(this.database, worker, id);
    if (found === null) return null;
    const asked = await this.settlements.asked({ ...found, check: null });
    const files = await this.#filesOf({ ...found, check: null });
    const item = {
      lease: "",
      kind: found.kind,
      title: found.type,
      files: files.map(fileOf),
      leaseMs: 0,
      deadlineMs: 0,
      ask: ANSWERING[found.kind].ask(asked),
    } as Item;
    return { item, value: found.value, files };
  }

  /** @throws AnswerFault */
  correct(worker: number, id: number, value: unknown): Promise<boolean> {
    const { database, settlements } = this;
    return correct({ database, settlements, examples: this.#examples }, worker, id, value);
  }

  async session(who: SignedIn, csrf: string, waiting: number): Promise<Session> {
    const { worker: id, name, role, allowed, accepts, languages, paused } = who;
    return {
      worker: { id, name, role, allowed, accepts, languages },
      csrf,
      paused,
      today: await readToday(this.database, who),
      waiting,
    };
  }

  #filesOf({ task, check, fields }: Pick<Held, "task" | "check" | "fields">): Promise<readonly LoadedFile[]> {
    return this.#files.load(task === null ? { check: check ?? 0 } : { task }, fields);
  }

  async #show(held: Held, workspace: string): Promise<Item | null> {
    const ask = await this.#ask(held, workspace);
    if (ask === null) return null;
    const files = await this.#filesOf(held);
    return {
      lease: leaseText(held),
      kind: held.kind,
      title: held.type,
      files: files.map(fileOf),
      leaseMs: Math.round(held.leaseMs),
      deadlineMs: Math.round(held.deadlineMs),
      ask,
    } as Item;
  }

  /** Null when the lease was lost meanwhile. */
  async #ask(held: Held, workspace: string): Promise<Item["ask"] | null> {
    if (held.kind !== "widget") return ANSWERING[held.kind].ask(await this.settlements.asked(held));
    const shown = this.widgets.describe(held.type, held.fields);
    if (shown === null || held.task === null) return null;
    const frame = await this.widgets.issue({ taskKey: held.task, lease: held.lease, workspace });
    return frame ? { ...shown, ...frame } : null;
  }
}

function fileOf({ type, width, height, role }: LoadedFile): ItemFile {
  return { type, width, height, role };
}
