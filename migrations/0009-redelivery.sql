-- Redelivery by taskId: redeliverCallback finds the delivery of one task.

create index callback_deliveries_of_task on callback_deliveries (task_id);
