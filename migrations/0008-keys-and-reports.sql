-- What the operator allows a key to do, retries that do not pay twice, reports, and counts by the hour.

-- Limits of a key; null is no limit.
alter table api_keys
  -- Names or titles of task types.
  add column types text[],
  -- Host patterns, as in authorised_sites.
  add column sites text[],
  -- Addresses and CIDR ranges that it may be used from.
  add column ips text[],
  add column expires_at timestamptz,
  add column tasks_per_minute integer check (tasks_per_minute > 0),
  -- Micro-dollars in one day (UTC), and in all.
  add column daily_limit bigint check (daily_limit >= 0),
  add column total_limit bigint check (total_limit >= 0),
  -- Whether refusals carry the hosted service's statuses 402, 403 and 429 instead of 200.
  add column statuses boolean not null default false,
  -- What the key's budgeted tasks cost: held or captured, and not refunded. Guarded by the lock of the account's row,
  -- which every statement that changes these takes first.
  add column spent_day date,
  add column spent_today bigint not null default 0,
  add column spent_total bigint not null default 0;
-- A busy key with a budget is rewritten with each batch of its tasks.
alter table api_keys set (fillfactor = 50);

-- Whether the price counts in its key's spent_today and spent_total.
alter table tasks add column budgeted boolean not null default false;

-- createTask requests that carried an Idempotency-Key and were accepted.
create table idempotency_keys (
  key_id bigint not null,
  -- SHA-256 of the header, and of what the request asked for.
  name bytea not null check (length(name) = 32),
  request bytea not null check (length(request) = 32),
  task_id integer not null,
  expires_at timestamptz not null,
  primary key (key_id, name)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- What callers said of answers: once for each task.
create table reports (
  task_key bigint primary key,
  task_id integer not null,
  account_id bigint not null,
  key_id bigint not null,
  type text not null,
  verdict text not null check (verdict in ('incorrect', 'correct')),
  -- What came back, and if nothing, why: the answer was right, cost nothing, or the key has had its share of refunds.
  refunded bigint not null check (refunded >= 0),
  reason text not null check (reason in ('refunded', 'correct', 'free', 'limit')),
  created_at timestamptz not null default now(),
  check ((refunded > 0) = (reason = 'refunded'))
);
create index reports_age on reports (created_at);

-- How many tasks ended, by the hour in which they did. What a batch ends is appended to the log, so that nobody waits
-- for a counter; housekeeping adds it up. Whoever reads adds both.
create table usage_hours (
  account_id bigint not null,
  hour timestamptz not null,
  key_id bigint not null,
  type text not null,
  solved bigint not null,
  failed bigint not null,
  cancelled bigint not null,
  -- Seconds from creation to solution, together.
  seconds double precision not null,
  -- Captured, of that refunded, and for how many tasks; in the hour in which the task was solved.
  spent bigint not null,
  refunded bigint not null,
  refunds bigint not null,
  primary key (account_id, hour, key_id, type)
);
create index usage_hours_age on usage_hours (hour);
create table usage_log (like usage_hours);
-- Emptied every second or so.
alter table usage_log set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
