-- What workers did is looked up by when it ended. No index holds everybody's items in that order: by id, a planner would
-- go through all of them for the last twenty of somebody who has fewer (1 to 4 s at a million items).
drop index worker_items_worker;
create index worker_items_ended on worker_items (worker_id, ended_at);
create index worker_items_judged on worker_items (worker_id, ended_at) where correct is not null;
