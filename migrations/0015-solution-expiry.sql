-- A widget's token is worthless after a while: until when the solution may be delivered; null for one that keeps.
alter table tasks add column solution_expires_at timestamptz;
