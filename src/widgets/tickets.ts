import { createHash, randomBytes } from "node:crypto";
import type { Database, Row } from "../database/database.ts";
import type { Fields } from "./vendor.ts";

/** A worker who has not solved a widget by then has it given again. */
const LIFE_SECONDS = 300;
/** The same browser may load its frame again, for example after an error, but not for ever. */
const MAX_LOADS = 20;

/** What the frame of a valid ticket shows. */
export interface Admission extends Row {
  readonly title: string;
  readonly fields: Fields;
  /** The origin that embeds the frame and is told the token. */
  readonly workspace: string;
}

export interface TicketOptions {
  readonly database: Database;
  /** Where the frames are from outside (`https://widgets.example.com`); null to take the workspace's host. */
  readonly origin: string | null;
  /** Port of the widget listener, known once it listens. */
  readonly port: () => number;
}

// Plan: one probe of the primary key of tasks; the expired ones by their index, a few at a time.
const ISSUE = {
  name: "widget-ticket-issue",
  text: `
  with old as (
    delete from widget_tickets where hash in (
      select hash from widget_tickets where expires_at <= now() limit 50 for update skip locked)
  )
  insert into widget_tickets (hash, task_key, lease, workspace, expires_at)
  select $1, key, lease, $4, least(now() + $5 * interval '1 s', deadline_at)
  from tasks where key = $2 and lease = $3 and state = 'leased'
  returning task_key`,
};

// Plan: primary key of widget_tickets, then of tasks.
const REDEEM = {
  name: "widget-ticket-redeem",
  text: `
  update widget_tickets w set browser = $2, loads = w.loads + 1
  from tasks t
  where w.hash = $1 and w.expires_at > now() and w.loads < $3 and coalesce(w.browser, $2) = $2
    and t.key = w.task_key and t.lease = w.lease and t.state = 'leased'
  returning t.type as title, t.fields, w.workspace`,
};

/**
 * Tickets for widget frames: unguessable, each for one task, one lease and one browser, gone with the lease.
 */
export class WidgetTickets {
  readonly #options: TicketOptions;

  constructor(options: TicketOptions) {
    this.#options = options;
  }

  /**
   * @param workspace origin of the page that will embed the frame, for example `https://desk.example.com`
   * @returns null when the lease is no longer held
   */
  async issue(request: {
    readonly taskKey: number;
    readonly lease: number;
    readonly workspace: string;
  }): Promise<{ readonly frame: string; readonly origin: string } | null> {
    const workspace = originOf(request.workspace);
    const ticket = randomBytes(32).toString("base64url");
    const rows = await this.#options.database.query(ISSUE, [
      hash(ticket),
      request.taskKey,
      request.lease,
      workspace,
      LIFE_SECONDS,
    ]);
    if (rows.length === 0) return null;
    const origin = this.origin(workspace);
    return { frame: `${origin}/frame/${ticket}`, origin };
  }

  /** Null when the ticket is unknown, over, opened by another browser before, or its lease is lost. */
  async redeem(ticket: string, browser: string): Promise<Admission | null> {
    const { database } = this.#options;
    const [row] = await database.query<Admission>(REDEEM, [hash(ticket), hash(browser), MAX_LOADS]);
    return row ?? null;
  }

  /** The widget origin as a browser at this workspace sees it. */
  origin(workspace: string): string {
    const { origin, port } = this.#options;
    if (origin !== null) return origin;
    const url = new URL(workspace);
    url.port = String(port());
    return url.origin;
  }

  /** The host name that vendors see, and that site owners have to allow. */
  host(workspace: string): string {
    return new URL(this.origin(workspace)).hostname;
  }
}

/** @throws TypeError unless the text is an http or https origin: it becomes part of a header. */
function originOf(text: string): string {
  if (!/^https?:\/\/[a-z0-9_.:[\]-]+$/.test(text) || new URL(text).origin !== text) {
    throw new TypeError(`"${text}" is no origin`);
  }
  return text;
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
