// Punchout sessions, their append-only events, and the returned lines by SupplierPartAuxiliaryID.
export const up: readonly string[] = [
  `CREATE TABLE punchout_sessions (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    partner_id uuid NOT NULL REFERENCES partners,
    storefront_id uuid NOT NULL REFERENCES storefronts,
    account_id uuid NOT NULL REFERENCES accounts,
    person_id uuid NOT NULL REFERENCES people,
    protocol text NOT NULL CHECK (protocol IN ('cxml', 'oci')),
    mode text NOT NULL CHECK (mode IN ('test', 'production')),
    operation text NOT NULL CHECK (operation IN ('create', 'edit', 'inspect', 'source')),
    state text NOT NULL CHECK (state IN ('created', 'opened', 'returned', 'cancelled', 'expired')),
    setup jsonb NOT NULL,
    cart jsonb,
    warnings jsonb NOT NULL DEFAULT '[]',
    start_hash bytea UNIQUE,
    start_until timestamptz,
    code_hash bytea UNIQUE,
    code_until timestamptz,
    cookie_hash bytea,
    return_hash bytea UNIQUE,
    return_document_id uuid REFERENCES documents,
    left_at timestamptz,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  'CREATE INDEX punchout_sessions_seller ON punchout_sessions (seller_id, id)',
  'CREATE INDEX punchout_sessions_partner ON punchout_sessions (partner_id, id)',
  `CREATE INDEX punchout_sessions_due ON punchout_sessions (expires_at) WHERE state IN ('created', 'opened')`,
  `CREATE TABLE punchout_events (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES punchout_sessions,
    state text NOT NULL,
    detail jsonb NOT NULL,
    at timestamptz NOT NULL
  )`,
  'CREATE INDEX punchout_events_session ON punchout_events (session_id, id)',
  `CREATE TABLE punchout_lines (
    session_id uuid NOT NULL REFERENCES punchout_sessions,
    partner_id uuid NOT NULL REFERENCES partners,
    line_number integer NOT NULL,
    supplier_part_id text NOT NULL,
    auxiliary_id text NOT NULL,
    line jsonb NOT NULL,
    PRIMARY KEY (session_id, line_number)
  )`,
  'CREATE INDEX punchout_lines_auxiliary ON punchout_lines (partner_id, auxiliary_id)',
]
