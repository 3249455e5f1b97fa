// Money that is owed: the balance's own currency beside the limit's, credit notes applied to invoices, payments through a provider, and
// records of an ERP's that can't be applied, set aside.
const PLACE = (table: string) => [
  `CREATE TRIGGER ${table}_place BEFORE INSERT OR UPDATE OF account_id ON ${table} FOR EACH ROW EXECUTE FUNCTION keep_place()`,
  `CREATE INDEX ${table}_seller ON ${table} (seller_id, id DESC)`,
]

export const up: readonly string[] = [
  'ALTER TABLE credit_standings ADD COLUMN balance_currency text',
  'UPDATE credit_standings SET balance_currency = currency WHERE balance IS NOT NULL',
  // note_open: what the ERP said was open of the credit note then; from what it says later one sees what it has taken in. A reversal
  // is a row of its own.
  `CREATE TABLE credit_allocations (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    credit_note_id uuid NOT NULL REFERENCES invoices,
    invoice_id uuid NOT NULL REFERENCES invoices,
    amount numeric NOT NULL,
    currency text NOT NULL,
    note_open numeric NOT NULL,
    reverses uuid UNIQUE REFERENCES credit_allocations,
    actor jsonb NOT NULL,
    comment text,
    at timestamptz NOT NULL,
    CHECK ((reverses IS NULL AND amount > 0) OR (reverses IS NOT NULL AND amount < 0))
  )`,
  'CREATE INDEX credit_allocations_note ON credit_allocations (credit_note_id, id)',
  'CREATE INDEX credit_allocations_invoice ON credit_allocations (invoice_id)',
  `CREATE FUNCTION credit_allocations_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'credit_allocations is append-only';
    END $$`,
  `CREATE TRIGGER credit_allocations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_allocations
    FOR EACH STATEMENT EXECUTE FUNCTION credit_allocations_keep()`,
  `CREATE TABLE payment_settings (
    seller_id uuid PRIMARY KEY REFERENCES sellers,
    provider text NOT NULL,
    sealed_key bytea NOT NULL,
    return_url text NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  // provider_id is null until the provider is known to have it.
  `CREATE TABLE payments (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid REFERENCES accounts,
    account_path uuid[],
    company_id uuid,
    person_id uuid REFERENCES people,
    actor jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'paid', 'failed', 'expired', 'canceled')),
    provider text NOT NULL,
    provider_id text,
    checkout_url text,
    amount numeric NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    once_key text,
    asked_hash bytea NOT NULL,
    problem text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    read_at timestamptz,
    paid_at timestamptz
  )`,
  ...PLACE('payments'),
  'CREATE UNIQUE INDEX payments_provider ON payments (seller_id, provider, provider_id)',
  'CREATE UNIQUE INDEX payments_once ON payments (seller_id, once_key)',
  `CREATE INDEX payments_open ON payments (created_at) WHERE state = 'open'`,
  `CREATE TABLE payment_parts (
    payment_id uuid NOT NULL REFERENCES payments,
    invoice_id uuid NOT NULL REFERENCES invoices,
    amount numeric NOT NULL CHECK (amount > 0),
    open_before numeric NOT NULL,
    PRIMARY KEY (payment_id, invoice_id)
  )`,
  'CREATE INDEX payment_parts_invoice ON payment_parts (invoice_id)',
  `CREATE TABLE sync_quarantine (
    id uuid PRIMARY KEY,
    connection_id uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    stream text NOT NULL,
    erp_id text NOT NULL,
    sealed_record bytea NOT NULL,
    reason text NOT NULL,
    tries integer NOT NULL DEFAULT 1,
    at timestamptz NOT NULL,
    UNIQUE (connection_id, stream, erp_id)
  )`,
]
