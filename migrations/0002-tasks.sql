-- The tasks table is the queue. States and transitions: src/tasks/states.ts.

-- taskId on the wire: a positive 32-bit integer that comes round again; unique among the tasks that are kept.
create sequence task_ids as integer minvalue 1 maxvalue 2147483647 cycle;

create table tasks (
  key bigint generated always as identity primary key,
  id integer not null constraint tasks_id_unique unique,
  account_id bigint not null,
  key_id bigint not null,
  type text not null,
  lane text not null,
  priority smallint not null default 0,
  state text not null default 'queued'
    check (state in ('queued', 'leased', 'solved', 'failed', 'expired', 'cancelled')),
  -- Micro-dollars held at creation and captured when solved.
  price bigint not null check (price >= 0),
  -- The validated fields of the request, without the picture.
  fields jsonb not null,
  attempts smallint not null default 0,
  created_at timestamptz not null default now(),
  deadline_at timestamptz not null,
  lease bigint,
  leased_by text,
  leased_until timestamptz,
  -- Set when the task ends.
  settled_at timestamptz,
  keep_until timestamptz,
  solver text,
  solution jsonb,
  confidence real,
  detail jsonb,
  error_code text,
  error_description text,
  check ((state = 'leased') = (lease is not null)),
  check ((state = 'solved') = (solution is not null)),
  check ((state in ('failed', 'expired')) = (error_code is not null)),
  check ((state in ('queued', 'leased')) = (settled_at is null))
)
-- A task is rewritten twice within seconds and deleted within the hour: vacuum early and often.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);

-- Each partial index holds only the tasks that its reader looks for, so that they stay small whatever is kept.
create index tasks_queued on tasks (lane, priority desc, key) where state = 'queued';
create index tasks_leased on tasks (leased_until) where state = 'leased';
-- A lease never outlasts its task's deadline, so only queued tasks have to be looked up by deadline.
create index tasks_overdue on tasks (deadline_at) where state = 'queued';
create index tasks_kept on tasks (keep_until) where keep_until is not null;

-- Pictures stay out of "tasks", whose rows are rewritten, and out of jsonb. They are compressed already.
-- Parts of 8000 bytes fit a page as plain rows. Left to itself PostgreSQL cuts a value into chunks of 2 kB in a side
-- table: writing a picture of 17 kB so took 290 µs of processor time, in parts 120 µs.
create table task_images (
  task_key bigint not null,
  part smallint not null,
  bytes bytea not null,
  primary key (task_key, part)
);
alter table task_images alter column bytes set storage main;
alter table task_images set (toast_tuple_target = 8160);
