-- Accounts, their API keys and the ledger.
--
-- Money is integer micro-dollars. Every movement is one row of "ledger": it takes "amount" from one book and puts it
-- into another, so each row balances by itself. An account's own books are "available" (balance) and "held"; the
-- desk's are "funding" (outside money) and "revenue". The books that a kind moves between stand in "ledger_kinds".

create table accounts (
  id bigint generated always as identity primary key,
  name text not null constraint accounts_name_unique unique check (length(name) between 1 and 100),
  -- Running sum of the book "available"; "glyphdesk audit" compares it with the entries. What is held is not summed
  -- up here: it is the price of the account's unfinished tasks, so that solving a task changes no account row.
  balance bigint not null default 0 check (balance between 0 and 9000000000000000),
  created_at timestamptz not null default now()
)
-- Every batch of tasks changes its account's row: room on the page keeps those updates in place (HOT).
with (fillfactor = 50);

create table api_keys (
  id bigint generated always as identity primary key,
  account_id bigint not null references accounts (id),
  -- The first characters, for display. The key itself is not kept.
  prefix text not null,
  -- SHA-256 of the key. Keys carry 128 random bits, so no slow hash is needed.
  hash bytea not null constraint api_keys_hash_unique unique check (length(hash) = 32),
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index api_keys_account on api_keys (account_id);

create table ledger_kinds (
  kind text primary key,
  from_book text not null,
  to_book text not null,
  check (from_book <> to_book)
);
insert into ledger_kinds values
  ('top-up', 'funding', 'available'),
  ('adjustment', 'available', 'funding'),
  ('hold', 'available', 'held'),
  ('capture', 'held', 'revenue'),
  ('release', 'held', 'available'),
  ('refund', 'revenue', 'available');

-- Append-only. No foreign keys on the hot path: accounts and kinds are never deleted, and the statements that write
-- here hold the account's row lock.
create table ledger (
  id bigint generated always as identity,
  account_id bigint not null,
  kind text not null check (kind in ('top-up', 'adjustment', 'hold', 'capture', 'release', 'refund')),
  amount bigint not null check (amount > 0),
  -- The row key of the task; null for top-ups and adjustments. Entries outlive their task.
  task_key bigint check ((task_key is null) = (kind in ('top-up', 'adjustment'))),
  note text,
  created_at timestamptz not null default now(),
  primary key (account_id, id)
);
-- What makes charging twice impossible: one hold for a task, one end of that hold, one refund.
create unique index ledger_one_hold on ledger (task_key) where kind = 'hold';
create unique index ledger_one_end on ledger (task_key) where kind in ('capture', 'release');
create unique index ledger_one_refund on ledger (task_key) where kind = 'refund';

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: correct it with an opposite entry';
end $$;
create trigger ledger_append_only before update or delete or truncate on ledger
  for each statement execute function ledger_is_append_only();

-- The classic double-entry view: two legs for every movement, which add up to zero.
create view ledger_legs as
  select l.id, l.account_id, l.task_key, l.kind, k.from_book as book, -l.amount as amount, l.created_at
    from ledger l join ledger_kinds k using (kind)
  union all
  select l.id, l.account_id, l.task_key, l.kind, k.to_book, l.amount, l.created_at
    from ledger l join ledger_kinds k using (kind);
