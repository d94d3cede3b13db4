-- What people said about answers: labelled examples, to learn from and to measure with.

create table examples (
  id bigint generated always as identity primary key,
  -- The task that it came from, which is deleted long before: its row key, and its taskId, which comes round again.
  task_key bigint not null,
  task_id integer not null,
  account_id bigint not null,
  type text not null,
  lane text not null,
  -- Who gave the answer; null where it was a person.
  solver text,
  -- As in "tasks"; for types with a list of pictures these stand in here.
  fields jsonb not null,
  -- The file as it was sent; null for types without one.
  picture bytea,
  -- The answer that is judged; null where none was given.
  answer jsonb,
  -- The right text, where somebody wrote it down.
  label text check (length(label) <= 10000),
  -- incorrect, correct: what was said of the answer. corrected: it was wrong, and "label" is right. answered: a person's
  -- own answer. gold: an answer known to be right, kept until the operator deletes it.
  verdict text not null check (verdict in ('incorrect', 'correct', 'corrected', 'answered', 'gold')),
  -- Who says so: the caller by a report, a worker, or the operator.
  source text not null check (source in ('report', 'worker', 'operator')),
  worker_id bigint,
  created_at timestamptz not null default now(),
  check (verdict <> 'corrected' or label is not null)
);
-- Pictures are compressed already.
alter table examples alter column picture set storage external;
-- Housekeeping deletes by age, whoever exports takes the newest.
create index examples_age on examples (created_at) where verdict <> 'gold';
