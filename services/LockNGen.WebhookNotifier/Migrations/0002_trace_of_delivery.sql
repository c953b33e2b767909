ALTER TABLE webhook_deliveries ADD COLUMN trace_parent TEXT; -- W3C trace context of the event
