-- A worker's check items from the newest end, without looking at everything else they did: what they are judged by, and
-- how sure their answers are.
create index worker_items_checked on worker_items (worker_id, id) where check_id is not null;
