-- Callbacks: the result of a task, posted to the address that its createTask named.

alter table tasks add column callback_url text;

-- Signs what is posted for the account. "whsec_" and 32 random bytes in Base64, as the Standard Webhooks
-- specification has it; gen_random_uuid draws from the operating system's strong source, 122 bits each time.
alter table accounts add column callback_secret text not null
  default 'whsec_' || encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'base64');

-- One row for a task that ended and had a callback_url, written by the statement that ends it. It holds all that
-- delivering needs, since retries outlive the task.
create table callback_deliveries (
  -- Stands in each try's headers, so that receivers can tell a repeated delivery.
  id uuid primary key,
  -- taskId on the wire; comes round again.
  task_id integer not null,
  -- No foreign key, as in the ledger: checking one would lock account rows out of order with the other statements.
  account_id bigint not null,
  url text not null,
  -- What the wire may know of the task: TaskView in src/tasks/read.ts.
  answer jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  tries integer not null default 0,
  created_at timestamptz not null default now(),
  keep_until timestamptz not null
);
create index callback_deliveries_kept on callback_deliveries (keep_until);
create index callback_deliveries_newest on callback_deliveries (created_at);

-- The delivery log: one row for each try.
create table callback_tries (
  delivery_id uuid not null references callback_deliveries (id) on delete cascade,
  try integer not null,
  at timestamptz not null default now(),
  -- The receiver's HTTP status, or why there was none.
  status smallint,
  error text,
  duration_ms integer not null,
  primary key (delivery_id, try)
);
