import type { Micros } from "../base/money.ts";
import type { Database, Row } from "../database/database.ts";
import { kindOf } from "../protocol/kinds.ts";
import { COMPUTED_LANE, laneOf, MACHINE_LANE, peopleLane, TEST_KEYS_LANE } from "../protocol/lanes.ts";
import { KINDS } from "../protocol/workspace.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { paceOf } from "./usage.ts";

/** Callers need no key, so everybody gets the same answer for so long, but never a failure. */
const REMEMBERED_MS = 2_000;
/** Queued tasks are counted up to here. */
const COUNTED = 10_000;

// Plan: reads of tasks_queued that stop at the limit, and all of tasks_leased, which is as long as there are places.
export const LOAD = {
  name: "load",
  text: `
  select (select count(*) from (select from tasks where state = 'queued' and lane = $1 limit ${COUNTED}) q)::int as queued,
    (select count(*) from tasks where state = 'leased' and lane = $1)::int as leased`,
};

// Plan: for each lane a read of tasks_queued that stops at the limit.
export const QUEUED = {
  name: "queued",
  text: `
  select lane, (select count(*) from (
    select from tasks where state = 'queued' and lane = l.lane limit ${COUNTED}) q)::int as queued
  from unnest($1::text[]) as l (lane)`,
};
const LANES: readonly string[] = [MACHINE_LANE, COMPUTED_LANE, TEST_KEYS_LANE, ...KINDS.map(peopleLane)];

/** How busy a queue is, in Anti-Captcha's terms. */
export interface QueueLoad {
  /** Places that are free, and all places: of the solvers of this process, or people online. */
  readonly waiting: number;
  readonly total: number;
  /** Percent of the places that are taken. */
  readonly load: number;
  /** Tasks that wait, counted up to 10,000. */
  readonly queued: number;
  /** Mean price and mean seconds from creation to solution of the last hours; without any, the price and 0. */
  readonly bid: Micros;
  readonly speed: number;
}

/** How many can answer tasks of a lane at once, as far as this process knows. */
export type Places = (lane: string) => number | Promise<number>;

/** Tells how busy queues are, asking the database now and then. */
export class QueueStats {
  readonly #database: Database;
  readonly #places: Places;
  readonly #remembered = new Map<string, { readonly until: number; readonly load: Promise<QueueLoad> }>();
  #queued: { readonly until: number; readonly counts: Promise<ReadonlyMap<string, number>> } | null = null;

  constructor(database: Database, places: Places) {
    this.#database = database;
    this.#places = places;
  }

  /** @param types of one queue: they go to the same lane */
  of(types: readonly TaskType[]): Promise<QueueLoad> {
    const [{ title, price } = { title: "", price: 0 }] = types;
    const name = `${types.length} ${title}`;
    const remembered = this.#remembered.get(name);
    if (remembered !== undefined && remembered.until > performance.now()) return remembered.load;
    const load = this.#ask(types, price);
    // There are only as many names as types, so this does not grow.
    this.#remembered.set(name, { until: performance.now() + REMEMBERED_MS, load });
    load.catch(() => this.#remembered.delete(name));
    return load;
  }

  /** How many tasks wait in each lane, counted up to 10,000. */
  queued(): Promise<ReadonlyMap<string, number>> {
    if (this.#queued === null || this.#queued.until <= performance.now()) {
      const counts = this.#count();
      this.#queued = { until: performance.now() + REMEMBERED_MS, counts };
      counts.catch(() => (this.#queued = null));
    }
    return this.#queued.counts;
  }

  async #count(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.query<Row & { lane: string; queued: number }>(QUEUED, [LANES]);
    return new Map(rows.map(({ lane, queued }) => [lane, queued]));
  }

  async #ask(types: readonly TaskType[], price: Micros): Promise<QueueLoad> {
    const [first] = types;
    const lane = first === undefined || first.route.kind === "not offered" ? "" : laneFor(first);
    const titles = types.map(({ title }) => title);
    const [total, [row], pace] = await Promise.all([
      this.#places(lane),
      this.#database.query<Row & { queued: number; leased: number }>(LOAD, [lane]),
      paceOf(this.#database, titles),
    ]);
    const { queued = 0, leased = 0 } = row ?? {};
    const taken = Math.min(leased, total);
    return {
      waiting: total - taken,
      total,
      load: total === 0 ? 100 : Math.round((taken / total) * 10_000) / 100,
      queued,
      bid: pace.solved === 0 ? price : Math.round(pace.spent / pace.solved),
      speed: pace.solved === 0 ? 0 : Math.round((pace.seconds / pace.solved) * 1000) / 1000,
    };
  }
}

/** Where tasks of the type go first; for people's, the lane of its usual kind. */
function laneFor({ route, title }: TaskType): string {
  return laneOf(route) ?? peopleLane(kindOf(title, {}));
}
