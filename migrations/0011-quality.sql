-- How well people answer.

-- What happened before does not count against a worker whom the operator let go on.
alter table workers add column judged_from timestamptz not null default now();

create index worker_items_check on worker_items (check_id) where check_id is not null;
-- Reports on the answers of workers, and what is said of one task.
create index examples_task on examples (task_key);
