import type { Queryable, Row } from "../database/database.ts";

/** What a person said is judged by check items and by what others answered; so much of it says how good they are. */
const JUDGED = { days: 30, least: 20 } as const;

// Plan: primary key probes of the votes, five at most; for each person the judged items of a month by
// worker_items_judged.
export const READ = {
  name: "read-trust",
  text: `
  select count(i.id) as judged, count(i.id) filter (where i.correct) as good
  from (select distinct worker_id from worker_items where id = any($1::bigint[])) v
  left join worker_items i on i.worker_id = v.worker_id and i.correct is not null
    and i.ended_at > now() - interval '${JUDGED.days} days'
  group by v.worker_id`,
};

/**
 * How sure an answer is that these people agreed on, 0 to 1, by what was measured of each of them; null as long as
 * fewer than 20 of somebody's answers were judged. Several are taken to err independently, and all to err alike: that
 * says too little of them rather than too much.
 * @param votes the items they gave it to
 */
export async function trustIn(queryable: Queryable, votes: readonly number[]): Promise<number | null> {
  const people = await queryable.query<Row & { judged: number; good: number }>(READ, [votes]);
  if (people.some(({ judged }) => judged < JUDGED.least)) return null;
  // One more of either kind: nobody is never wrong (Laplace's rule of succession).
  return 1 - people.reduce((wrong, { judged, good }) => wrong * (1 - (good + 1) / (judged + 2)), 1);
}
