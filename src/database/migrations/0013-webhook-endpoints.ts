// Webhook endpoints: the secret before the last, while receivers change over; how the last calls went; why one is paused.
export const up: readonly string[] = [
  `ALTER TABLE webhook_endpoints
    ADD COLUMN description text NOT NULL DEFAULT '',
    ADD COLUMN sealed_old_secret bytea,
    ADD COLUMN old_secret_until timestamptz,
    ADD COLUMN paused_because text,
    -- The circuit breaker: failures in a row, since when, and until when nobody calls.
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN closed_until timestamptz,
    ADD COLUMN last_error text,
    ADD COLUMN last_ok_at timestamptz`,
  'CREATE INDEX webhook_events_at ON webhook_events (at)',
]
