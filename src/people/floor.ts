import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../base/logger.ts";
import type { Database, Row } from "../database/database.ts";
import { PEOPLE, peopleLane } from "../protocol/lanes.ts";
import type { EndedReason, LostReason } from "../protocol/workspace.ts";
import { MAY_TAKE } from "./claims.ts";
import { liveSessions, type SignedIn } from "./sessions.ts";
import { PEOPLE_CHANNEL, TELL, type PeopleNews } from "./workers.ts";

/** Streams of one process at most; the oldest of a session gives way to its newest. */
const MAX_STREAMS = 500;
const MAX_PER_SESSION = 3;
/** What waits for a worker is counted no further; pages show it as "100+". */
const MOST_WAITING = 100;
/** The poll that is the truth when every hint was lost. */
const POLL_MS = 1_000;
/** A process that died takes its workers' presence with it after this long. */
const PRESENT_MS = 6_000;
/** How long a browser that lost its stream has to come back before what it holds goes to others. */
const GRACE_MS = 5_000;

/** What a stream is told. */
export type FloorEvent =
  /** The first. */
  | { readonly event: "hello"; readonly waiting: number }
  | { readonly event: "waiting"; readonly waiting: number }
  | { readonly event: "lost"; readonly lease: string; readonly reason: LostReason }
  /** The worker was changed: say anew what there is to know of the session. */
  | { readonly event: "state"; readonly who: SignedIn }
  | { readonly event: "ended"; readonly reason: EndedReason };

interface Stream {
  readonly id: string;
  readonly session: number;
  who: SignedIn;
  /** Whether its page takes items, so that its worker counts as being there. */
  readonly taking: boolean;
  readonly page: Page;
  waiting: number;
}

/** The page at the other end of a stream. */
export interface Page {
  send(event: FloorEvent): void;
  /** Ends the stream; a page that wants to goes on with a new one. */
  close(): void;
}

export interface FloorOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Gives back what a session holds that is gone. */
  readonly releaseAll: (session: number) => Promise<void>;
  /** Somebody came or went, here or in another process. */
  readonly onPresence: () => void;
}

// Plan: tasks_queued for each stream until enough are found, then worker_items_open; worker_items_task for each task.
// Without the limit a hundred streams count 10,000 waiting tasks in 4.5 s.
export const COUNT = `
  select w.stream, (
    select count(*) from (
      select 1 from tasks t where t.state = 'queued' and ${MAY_TAKE}
      union all
      select 1 from worker_items i join tasks t on t.key = i.task_key and t.lease = i.lease and t.state = 'leased'
      where i.ended_at is null and i.shown_at is null and i.worker_id <> w.worker and ${MAY_TAKE}
      limit ${MOST_WAITING}) found
  ) as waiting
  from json_to_recordset($1::json) as w (stream uuid, worker bigint, lanes text[], languages text[])`;

// Items whose lease is over, whoever noticed: their workers are told. Plan: the open items, which are as many as
// workers, and a primary key probe for each.
export const LOST = `
  with lost as (
    update worker_items i set ended_at = now(), outcome = 'lost'
    where i.ended_at is null and coalesce(i.check_until <= now(), not exists (
      select from tasks t where t.key = i.task_key and t.lease = i.lease and t.state = 'leased'))
    returning i.id, i.lease, i.session_id
  )
  select ${TELL("json_build_object('news', 'lost', 'session', session_id, 'lease', id || '-' || lease, 'reason', 'expired')")} from lost`;

const PRESENT = `
  insert into worker_presence (connection, session_id, kinds, until)
  select stream, session, kinds, now() + ${PRESENT_MS} * interval '1 ms'
  from json_to_recordset($1::json) as p (stream uuid, session bigint, kinds text[])
  on conflict (connection) do update set kinds = excluded.kinds, until = excluded.until`;

/**
 * The workers who are connected to this process: tells their pages what waits for them and what they lost, and the
 * other processes that they are there.
 */
export class Floor {
  readonly #options: FloorOptions;
  readonly #streams = new Map<string, Stream>();
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  readonly #leaving = new Set<Promise<void>>();
  #counting: Promise<void> | null = null;
  #again = false;

  constructor(options: FloorOptions) {
    this.#options = options;
    options.database.listen(PEOPLE_CHANNEL, (payload) => this.#hear(payload));
    this.#loop = this.#poll();
  }

  /** Opens a stream for a session. @returns closes it again; null when this process has no room for another */
  async connect(who: SignedIn, taking: boolean, page: Page): Promise<(() => void) | null> {
    const own = [...this.#streams.values()].filter(({ session }) => session === who.session);
    if (own.length >= MAX_PER_SESSION) this.#leave(own[0] as Stream);
    if (this.#streams.size >= MAX_STREAMS || this.#stopping.signal.aborted) return null;
    const stream: Stream = { id: randomUUID(), session: who.session, who, taking, page, waiting: 0 };
    this.#streams.set(stream.id, stream);
    try {
      await this.#present([stream]);
      await this.#announce(who.worker);
      await this.#count([stream]);
      page.send({ event: "hello", waiting: stream.waiting });
    } catch (error) {
      this.#leave(stream); // or its worker would count as present until the session ends
      throw error;
    }
    return () => this.#leave(stream);
  }

  /** Something was queued. @param lane an empty name means any */
  wake(lane: string): void {
    if (this.#streams.size > 0 && (lane === "" || lane.startsWith(PEOPLE))) this.#recount();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    for (const stream of this.#streams.values()) this.#leave(stream);
    await Promise.allSettled([...this.#leaving, this.#counting]);
  }

  /** Hints come in bursts: one count at a time, and one more after it for those that came meanwhile. */
  #recount(): void {
    if (this.#counting !== null) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#counting = this.#count([...this.#streams.values()])
      .catch((error: unknown) => this.#warn(error, "cannot count what waits for workers"))
      .finally(() => {
        this.#counting = null;
        if (this.#again) this.#recount();
      });
  }

  async #count(streams: readonly Stream[]): Promise<void> {
    if (streams.length === 0) return;
    const workers = streams.map(({ id, who }) => ({
      stream: id,
      worker: who.worker,
      lanes: who.paused === null ? who.accepts.map(peopleLane) : [],
      languages: who.languages,
    }));
    const rows = await this.#options.database.query<Row & { stream: string; waiting: number }>(COUNT, [
      JSON.stringify(workers),
    ]);
    for (const { stream: id, waiting } of rows) {
      const stream = this.#streams.get(id);
      // What waits is said again: an idle page that lost a race for it looks once more.
      if (stream === undefined || (waiting === 0 && stream.waiting === 0)) continue;
      stream.waiting = waiting;
      stream.page.send({ event: "waiting", waiting });
    }
  }

  #hear(payload: string): void {
    this.#options.onPresence();
    const news = payload === "" ? null : (JSON.parse(payload) as PeopleNews);
    if (news === null || news.news === "worker") {
      void this.#refresh(({ who }) => news === null || who.worker === news.worker);
      return;
    }
    for (const stream of this.#streams.values()) {
      if (stream.session !== news.session) continue;
      if (news.news === "ended") this.#end(stream, news.reason);
      else stream.page.send({ event: "lost", lease: news.lease, reason: news.reason });
    }
  }

  /** Looks at sessions again whose workers were changed. */
  async #refresh(concerned: (stream: Stream) => boolean): Promise<void> {
    const streams = [...this.#streams.values()].filter(concerned);
    if (streams.length === 0) return;
    try {
      const ids = streams.map(({ session }) => session);
      const live = new Map(
        (await liveSessions(this.#options.database, ids)).map((who) => [who.session, who]),
      );
      const changed: Stream[] = [];
      for (const stream of streams) {
        const who = live.get(stream.session);
        if (who === undefined) this.#end(stream, "over");
        else if (JSON.stringify(who) !== JSON.stringify(stream.who)) {
          stream.who = who;
          changed.push(stream);
        }
      }
      try {
        await this.#present(streams);
      } finally {
        // A page that hears of the change may count on it: a task is admitted or refused by it from now on.
        this.#options.onPresence();
        for (const { id, page, who } of changed)
          if (this.#streams.has(id)) page.send({ event: "state", who });
      }
      this.#recount();
    } catch (error) {
      this.#warn(error, "cannot look at workers again");
    }
  }

  #end(stream: Stream, reason: EndedReason): void {
    stream.page.send({ event: "ended", reason });
    this.#leave(stream, 0);
  }

  /** @param graceMs how long its page may take to come back */
  #leave(stream: Stream, graceMs = GRACE_MS): void {
    if (!this.#streams.delete(stream.id)) return;
    stream.page.close();
    const leaving = this.#left(stream, graceMs)
      .catch((error: unknown) => this.#warn(error, "cannot note that a worker left"))
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** A page that is loaded anew comes back at once; one whose browser is gone does not. */
  async #left({ id, session, who }: Stream, graceMs: number): Promise<void> {
    const { database, releaseAll } = this.#options;
    await database.query("delete from worker_presence where connection = $1", [id]);
    await this.#announce(who.worker);
    await delay(graceMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    // When this process stops, its workers go on with another; their leases decide.
    if (this.#stopping.signal.aborted) return;
    const back = await database.query(
      "select 1 as found from worker_presence where session_id = $1 and until > now() limit 1",
      [session],
    );
    if (back.length === 0) await releaseAll(session);
  }

  async #present(streams: readonly Stream[]): Promise<void> {
    const rows = streams
      .filter(({ id, taking }) => taking && this.#streams.has(id))
      .map(({ id, session, who }) => ({
        stream: id,
        session,
        kinds: who.paused === null && who.role !== "auditor" ? who.accepts : [],
      }));
    if (rows.length > 0) await this.#options.database.query(PRESENT, [JSON.stringify(rows)]);
  }

  async #announce(worker: number): Promise<void> {
    await this.#options.database.query(
      `select ${TELL("json_build_object('news', 'worker', 'worker', $1::bigint)")}`,
      [worker],
    );
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    let round = 0;
    while (!signal.aborted) {
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.#streams.size === 0) continue;
      try {
        await this.#options.database.query(LOST);
        // Sessions run out by themselves, too.
        if ((round += 1) % 3 === 0) await this.#refresh(() => true);
        else this.#recount();
      } catch (error) {
        this.#warn(error, "cannot look after the workers' items; trying again");
      }
    }
  }

  #warn(error: unknown, message: string): void {
    if (!this.#stopping.signal.aborted) this.#options.logger.warn({ err: error }, message);
  }
}
