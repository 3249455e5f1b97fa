// Budgets: what may be spent in a period, who claims it, and the ledger of every change. The sums on periods and claims are written by the
// ledger's own trigger, so they can't differ from it.
export const up: readonly string[] = [
  `CREATE TABLE budgets (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('member', 'cost-centre', 'project', 'account')),
    membership_id uuid REFERENCES memberships,
    code text,
    currency text NOT NULL,
    amount numeric NOT NULL CHECK (amount >= 0),
    overdraft numeric NOT NULL DEFAULT 0 CHECK (overdraft >= 0),
    period text NOT NULL CHECK (period IN ('week', 'month', 'quarter', 'year', 'once')),
    basis text NOT NULL CHECK (basis IN ('net', 'gross')),
    with_shipping boolean NOT NULL,
    over text NOT NULL CHECK (over IN ('block', 'ask', 'warn')),
    other_currency text NOT NULL CHECK (other_currency IN ('ignore', 'ask', 'block')),
    rates jsonb NOT NULL DEFAULT '{}',
    refund_to text NOT NULL CHECK (refund_to IN ('reservation', 'current')),
    carry_over boolean NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    default_zone text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((kind = 'member') = (membership_id IS NOT NULL)),
    CHECK ((kind IN ('cost-centre', 'project')) = (code IS NOT NULL)),
    CHECK (ends_on > starts_on)
  )`,
  `COMMENT ON COLUMN budgets.rates IS 'currency -> what one unit of it is in the budget''s'`,
  `COMMENT ON COLUMN budgets.default_zone IS 'whose days its periods have where no account names a time zone'`,
  'CREATE INDEX budgets_account ON budgets (account_id)',
  'CREATE INDEX budgets_seller ON budgets (seller_id, id)',
  `CREATE TABLE budget_periods (
    id uuid PRIMARY KEY,
    budget_id uuid NOT NULL REFERENCES budgets,
    starts_on date NOT NULL,
    ends_on date,
    time_zone text NOT NULL,
    allocated numeric NOT NULL DEFAULT 0,
    reserved numeric NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    committed numeric NOT NULL DEFAULT 0,
    UNIQUE (budget_id, starts_on)
  )`,
  `COMMENT ON COLUMN budget_periods.ends_on IS 'the first day that is not in it; days are those of time_zone'`,
  `CREATE TABLE budget_claims (
    id uuid PRIMARY KEY,
    budget_id uuid NOT NULL REFERENCES budgets,
    period_id uuid NOT NULL REFERENCES budget_periods,
    spender_kind text NOT NULL CHECK (spender_kind IN ('punchout', 'requisition', 'order')),
    spender_id uuid NOT NULL,
    currency text NOT NULL,
    whole numeric NOT NULL,
    charged numeric NOT NULL,
    reserved numeric NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    committed numeric NOT NULL DEFAULT 0 CHECK (committed >= 0),
    refunded numeric NOT NULL DEFAULT 0,
    expires_at timestamptz,
    UNIQUE (spender_id, spender_kind, period_id)
  )`,
  `COMMENT ON COLUMN budget_claims.whole IS 'what the whole spend comes to on the budget''s basis, in the spend''s currency'`,
  `COMMENT ON COLUMN budget_claims.charged IS 'what of it falls on this budget, in the budget''s currency'`,
  'CREATE INDEX budget_claims_expiry ON budget_claims (expires_at) WHERE expires_at IS NOT NULL',
  'CREATE INDEX budget_claims_budget ON budget_claims (budget_id)',
  `CREATE TABLE budget_entries (
    id uuid PRIMARY KEY,
    period_id uuid NOT NULL REFERENCES budget_periods,
    claim_id uuid REFERENCES budget_claims,
    kind text NOT NULL CHECK (kind IN ('allocate', 'transfer', 'reserve', 'commit', 'release', 'refund', 'adjust', 'carryover')),
    allocated numeric NOT NULL DEFAULT 0,
    reserved numeric NOT NULL DEFAULT 0,
    committed numeric NOT NULL DEFAULT 0,
    spender_kind text,
    spender_id uuid,
    key text,
    note text,
    actor jsonb NOT NULL DEFAULT '{"hub": "budgets"}',
    at timestamptz NOT NULL
  )`,
  // What may come twice (a credit note, a transfer, an opening) names itself.
  'CREATE UNIQUE INDEX budget_entries_key ON budget_entries (coalesce(claim_id, period_id), kind, key) WHERE key IS NOT NULL',
  'CREATE INDEX budget_entries_period ON budget_entries (period_id, id)',
  'CREATE INDEX budget_entries_spender ON budget_entries (spender_id) WHERE spender_id IS NOT NULL',
  `CREATE FUNCTION add_budget_entries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE budget_periods p SET allocated = p.allocated + n.allocated, reserved = p.reserved + n.reserved,
        committed = p.committed + n.committed
      FROM (SELECT period_id, sum(allocated) AS allocated, sum(reserved) AS reserved, sum(committed) AS committed
        FROM added GROUP BY period_id) n WHERE p.id = n.period_id;
      UPDATE budget_claims c SET reserved = c.reserved + n.reserved, committed = c.committed + n.committed,
        refunded = c.refunded + n.refunded
      FROM (SELECT claim_id, sum(reserved) AS reserved, sum(committed) AS committed,
          coalesce(-sum(committed) FILTER (WHERE kind = 'refund'), 0) AS refunded
        FROM added WHERE claim_id IS NOT NULL GROUP BY claim_id) n WHERE c.id = n.claim_id;
      RETURN NULL;
    END $$`,
  `CREATE TRIGGER budget_entries_add AFTER INSERT ON budget_entries REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION add_budget_entries()`,
  `CREATE FUNCTION budget_entries_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'budget_entries is append-only';
    END $$`,
  `CREATE TRIGGER budget_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget_entries
    FOR EACH STATEMENT EXECUTE FUNCTION budget_entries_keep()`,
]
