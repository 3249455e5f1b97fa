// What members buy with: carts and order lists, quick orders, requisitions, quotes, returns, and one append-only history of these.
const STANDING = (table: string) => [
  `CREATE TRIGGER ${table}_place BEFORE INSERT OR UPDATE OF account_id ON ${table} FOR EACH ROW EXECUTE FUNCTION keep_place()`,
  `CREATE INDEX ${table}_seller ON ${table} (seller_id, id DESC)`,
  `CREATE INDEX ${table}_account ON ${table} (account_id, id DESC)`,
  `CREATE INDEX ${table}_company ON ${table} (company_id, id DESC)`,
  `CREATE INDEX ${table}_root ON ${table} ((account_path[1]), id DESC)`,
]
const OWNED = `
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    account_path uuid[],
    company_id uuid,
    membership_id uuid NOT NULL REFERENCES memberships,
    person_id uuid NOT NULL REFERENCES people,
    placed_by uuid REFERENCES people,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,`

export const up: readonly string[] = [
  // Orders without an account are this customer's in the ERP; null = they are held.
  'ALTER TABLE erp_connections ADD COLUMN guest_customer_number text',
  `CREATE TABLE carts (${OWNED}
    state text NOT NULL CHECK (state IN ('open', 'saved', 'list', 'ordered')),
    name text NOT NULL,
    shared boolean NOT NULL DEFAULT false,
    currency text NOT NULL,
    lines jsonb NOT NULL DEFAULT '[]',
    ship_to jsonb,
    po_number text,
    comments text
  )`,
  ...STANDING('carts'),
  `CREATE UNIQUE INDEX carts_open ON carts (membership_id) WHERE state = 'open'`,
  `CREATE TABLE quick_orders (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    membership_id uuid NOT NULL REFERENCES memberships,
    cart_id uuid NOT NULL REFERENCES carts,
    asked jsonb NOT NULL,
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL,
    errors jsonb NOT NULL DEFAULT '[]',
    job_id uuid,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
  )`,
  `CREATE TABLE requisitions (${OWNED}
    number text NOT NULL,
    state text NOT NULL CHECK (state IN
      ('draft', 'pending', 'approved', 'ordered', 'rejected', 'changes_requested', 'withdrawn', 'expired')),
    cart_id uuid REFERENCES carts,
    quote_id uuid,
    currency text NOT NULL,
    lines jsonb NOT NULL,
    net_amount numeric NOT NULL,
    tax_amount numeric NOT NULL,
    total_amount numeric NOT NULL,
    ship_to jsonb,
    po_number text,
    comments text,
    message text,
    content_hash bytea NOT NULL,
    submit_key text,
    approval_id uuid REFERENCES approval_requests,
    submitted_at timestamptz,
    order_id uuid UNIQUE REFERENCES orders
  )`,
  ...STANDING('requisitions'),
  'CREATE UNIQUE INDEX requisitions_number ON requisitions (seller_id, number)',
  'CREATE INDEX requisitions_state ON requisitions (seller_id, state, id DESC)',
  'CREATE INDEX requisitions_approval ON requisitions (approval_id) WHERE approval_id IS NOT NULL',
  `CREATE TABLE purchase_numbers (
    owner_id uuid NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (owner_id, kind, year)
  )`,
  `CREATE TABLE quotes (${OWNED}
    number text NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'answered', 'accepted', 'declined', 'withdrawn', 'expired')),
    currency text NOT NULL,
    lines jsonb NOT NULL,
    offer jsonb,
    expires_at timestamptz NOT NULL,
    comments text,
    requisition_id uuid REFERENCES requisitions
  )`,
  ...STANDING('quotes'),
  'CREATE UNIQUE INDEX quotes_number ON quotes (seller_id, number)',
  `CREATE INDEX quotes_due ON quotes (expires_at) WHERE state IN ('requested', 'answered')`,
  'ALTER TABLE requisitions ADD FOREIGN KEY (quote_id) REFERENCES quotes',
  `CREATE TABLE returns (${OWNED}
    number text NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'approved', 'rejected', 'sent', 'received', 'credited', 'replaced')),
    order_id uuid NOT NULL REFERENCES orders,
    reason text NOT NULL,
    message text,
    carrier text,
    tracking_number text,
    credit_note_id uuid REFERENCES invoices,
    replacement_order_id uuid REFERENCES orders
  )`,
  ...STANDING('returns'),
  'CREATE UNIQUE INDEX returns_number ON returns (seller_id, number)',
  'CREATE INDEX returns_order ON returns (order_id)',
  `CREATE TABLE return_lines (
    return_id uuid NOT NULL REFERENCES returns,
    line_number integer NOT NULL,
    quantity numeric NOT NULL CHECK (quantity > 0),
    reason text,
    PRIMARY KEY (return_id, line_number)
  )`,
  `CREATE TABLE purchase_events (
    id uuid PRIMARY KEY,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    actor jsonb NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL
  )`,
  'CREATE INDEX purchase_events_subject ON purchase_events (subject_id, id)',
  `CREATE FUNCTION purchase_events_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'purchase_events is append-only';
    END $$`,
  `CREATE TRIGGER purchase_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON purchase_events
    FOR EACH STATEMENT EXECUTE FUNCTION purchase_events_keep()`,
]
