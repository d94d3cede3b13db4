-- People who answer: workers, their sessions, who is online, and every item that was ever put before one of them.

create table workers (
  id bigint generated always as identity primary key,
  name text not null constraint workers_name_unique unique check (length(name) between 1 and 100),
  role text not null check (role in ('operator', 'worker', 'auditor')),
  -- Kinds of items (src/protocol/workspace.ts) that the operator allows, and those of them that the worker wants.
  allowed text[] not null,
  accepts text[] not null,
  -- Language codes; empty means any.
  languages text[] not null default '{}',
  -- argon2id; null until the invitation is accepted.
  password text,
  -- SHA-256 of an invitation that waits to be accepted.
  invite_hash bytea constraint workers_invite_unique unique check (length(invite_hash) = 32),
  invite_until timestamptz,
  -- Why this worker is given nothing, in a sentence for the worker; null when nothing is in the way.
  paused text,
  -- Share of check items among what this worker is given.
  check_share real not null default 0.05 check (check_share between 0 and 1),
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);

create table worker_sessions (
  id bigint generated always as identity primary key,
  worker_id bigint not null references workers (id),
  -- SHA-256 of the token in the cookie, which carries 256 random bits.
  token_hash bytea not null constraint worker_sessions_token_unique unique check (length(token_hash) = 32),
  created_at timestamptz not null default now(),
  until timestamptz not null,
  ended_at timestamptz
);
create index worker_sessions_worker on worker_sessions (worker_id);

-- One row for each open event stream that takes items, kept alive by the process that holds it. Written each few
-- seconds and worth nothing after a crash.
create unlogged table worker_presence (
  connection uuid primary key,
  session_id bigint not null,
  kinds text[] not null,
  until timestamptz not null
);

-- One row for each time that an item was put before a worker: who holds what, the votes on a task, the worker's history,
-- and what quality is measured by. No foreign keys: tasks are deleted long before.
create table worker_items (
  id bigint generated always as identity primary key,
  worker_id bigint not null,
  session_id bigint not null,
  task_key bigint,
  -- A check item, whose answer is known, instead of a task.
  check_id bigint,
  -- As in the task's row while the worker has it.
  lease bigint not null,
  kind text not null,
  claimed_at timestamptz not null default now(),
  -- Null while it waits, already loaded, beside the one that is worked on.
  shown_at timestamptz,
  -- End of the lease of a check item; a task's stands in its row.
  check_until timestamptz,
  ended_at timestamptz,
  outcome text check (
    outcome in ('accepted', 'fixed', 'late', 'skipped', 'unsolvable', 'released', 'lost', 'pulled back')),
  -- The answer, or why there is none.
  value jsonb,
  took_ms integer,
  -- Whether the answer to a check item was right; of a task's, false once a report said that it was wrong.
  correct boolean,
  check ((task_key is null) <> (check_id is null)),
  check ((ended_at is null) = (outcome is null))
);
create index worker_items_open on worker_items (session_id) where ended_at is null;
create index worker_items_task on worker_items (task_key) where task_key is not null;
create index worker_items_worker on worker_items (worker_id, id);

-- Set when the caller first reads a solution that a person gave: until then the person may correct it.
alter table tasks add column collected_at timestamptz;

-- Who answers, by API key and task type; null stands for all of them.
create table rules (
  key_id bigint references api_keys (id),
  type text,
  mode text not null check (mode in ('machine', 'machine-then-people', 'people', 'agree')),
  consensus text not null check (consensus in ('1', '2-of-3', '3-of-5')),
  constraint rules_unique unique nulls not distinct (key_id, type)
);

-- Check items: items whose answer is known, put before workers now and then. Never a task, so never billed or delivered.
create table check_items (
  id bigint generated always as identity primary key,
  kind text not null,
  -- As in "tasks".
  type text not null,
  fields jsonb not null,
  -- One after the other, as task_images has them.
  files bytea not null,
  -- What a right answer is worth the same as.
  answer jsonb not null,
  -- SHA-256 of files and fields, so that adding a folder again changes nothing.
  digest bytea not null constraint check_items_unique unique,
  created_at timestamptz not null default now()
);
create index check_items_kind on check_items (kind);
alter table check_items alter column files set storage external;
