-- What lets one worker's browser load one widget. Kept here and not in memory, so that any node can serve the frame of
-- a task that another node has handed out. A ticket fits only while its lease does; the ticket itself is not kept, only
-- its hash.
create table widget_tickets (
  hash bytea primary key,
  task_key bigint not null,
  lease bigint not null,
  -- The only origin that may embed the frame.
  workspace text not null,
  -- Which browser opened it first: a hash of its address and User-Agent.
  browser bytea,
  loads smallint not null default 0,
  expires_at timestamptz not null
);
create index widget_tickets_expired on widget_tickets (expires_at);
