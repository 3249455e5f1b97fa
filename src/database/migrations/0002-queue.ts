// The queue's side of the database: what was asked for (job_runs), what is still to be handed to BullMQ (outbox), and when
// repeating work is due (job_schedules). BullMQ keeps its own tables in schema `bullmq` or in Redis.
export const up: string[] = [
  `CREATE TABLE job_runs (
    id uuid PRIMARY KEY,
    job text NOT NULL,
    queue text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'active', 'retrying', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    progress jsonb,
    error_kind text,
    error text,
    worker text,
    replay_of uuid,
    run_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX job_runs_unfinished ON job_runs (updated_at) WHERE state IN ('waiting', 'active', 'retrying')`,
  `CREATE INDEX job_runs_dead ON job_runs (created_at DESC) WHERE state = 'dead'`,
  `CREATE INDEX job_runs_finished ON job_runs (finished_at) WHERE state = 'done'`,
  `CREATE INDEX job_runs_by_job ON job_runs (job, created_at DESC)`,
  `CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE REFERENCES job_runs (id) ON DELETE CASCADE
  )`,
  `CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('hub_outbox', '');
      RETURN NULL;
    END $$`,
  'CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify()',
  `CREATE TABLE job_schedules (
    name text PRIMARY KEY,
    next_at timestamptz NOT NULL
  )`,
]
