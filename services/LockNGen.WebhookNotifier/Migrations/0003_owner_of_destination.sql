-- Owners take turns: what one of them has due must not stand before another's. Destinations are the server and the owner, with a blank between.
ALTER TABLE webhook_destinations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE webhook_destinations SET owner = COALESCE((SELECT MAX(w.owner) FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id WHERE d.destination = webhook_destinations.destination), '');
