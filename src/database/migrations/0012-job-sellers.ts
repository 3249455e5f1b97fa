// Whose a job is and what it is about, so that a seller sees its own and no other's; and how a person settled a dead one.
export const up: readonly string[] = [
  'ALTER TABLE job_runs ADD COLUMN seller_id uuid REFERENCES sellers',
  // The order, shipment, invoice, delivery, endpoint or connection that the payload names.
  'ALTER TABLE job_runs ADD COLUMN subject_id uuid',
  // A dead run is settled when another took its place, or when a person gave it up and said why.
  'ALTER TABLE job_runs ADD COLUMN replayed_by uuid',
  'ALTER TABLE job_runs ADD COLUMN discard_reason text',
  'ALTER TABLE job_runs ADD COLUMN discarded_by text',
  'ALTER TABLE job_runs DROP CONSTRAINT job_runs_state_check',
  `ALTER TABLE job_runs ADD CONSTRAINT job_runs_state_check
    CHECK (state IN ('waiting', 'active', 'retrying', 'done', 'dead', 'discarded'))`,
  'CREATE INDEX job_runs_seller ON job_runs (seller_id, created_at DESC, id DESC)',
  `CREATE INDEX job_runs_seller_dead ON job_runs (seller_id, created_at DESC, id DESC)
    WHERE state = 'dead' AND replayed_by IS NULL`,
  'CREATE INDEX job_runs_subject ON job_runs (subject_id, created_at DESC, id DESC) WHERE subject_id IS NOT NULL',
  `CREATE INDEX job_runs_subject_unfinished ON job_runs (subject_id) WHERE state IN ('waiting', 'active', 'retrying')`,
]
