// What accounts have of their own or from above, groups across trees, versions against lost updates, directories (SCIM), and what an
// order froze of its account's terms.
export const up: readonly string[] = [
  `ALTER TABLE accounts
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN properties jsonb NOT NULL DEFAULT '{}'`,
  `COMMENT ON COLUMN accounts.properties IS 'contract, paymentTerms, rules, catalogues, onlyOwnShipTos; an absent one is as the account above'`,
  `ALTER TABLE memberships
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN external_id text`,
  'CREATE INDEX memberships_account ON memberships (account_id, id)',
  // The nearest account at or above that has it says each property; from is that account.
  `CREATE FUNCTION account_terms(wanted uuid) RETURNS jsonb STABLE LANGUAGE sql AS $$
    SELECT coalesce(jsonb_object_agg(name, jsonb_build_object('value', value, 'from', account_id)), '{}')
    FROM (
      SELECT DISTINCT ON (p.key) p.key AS name, p.value, up.id AS account_id
      FROM accounts a
      CROSS JOIN LATERAL unnest(a.path) WITH ORDINALITY AS line(id, depth)
      JOIN accounts up ON up.id = line.id
      CROSS JOIN LATERAL jsonb_each(up.properties || jsonb_strip_nulls(jsonb_build_object(
        'currency', up.currency, 'timeZone', up.time_zone, 'fiscalYearStart', up.fiscal_year_start,
        'customerNumber', up.customer_number, 'erpConnectionId', up.erp_connection_id))) p
      WHERE a.id = wanted
      ORDER BY p.key, line.depth DESC) nearest
  $$`,
  'ALTER TABLE orders ADD COLUMN account_terms jsonb',
  `CREATE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.account_id IS NOT NULL AND NEW.channel <> 'erp' THEN NEW.account_terms := account_terms(NEW.account_id); END IF;
      RETURN NEW;
    END $$`,
  'CREATE TRIGGER orders_terms BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep_terms()',
  `CREATE TABLE account_groups (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('association', 'chain', 'buying-group')),
    created_at timestamptz NOT NULL
  )`,
  'CREATE UNIQUE INDEX account_groups_name ON account_groups (seller_id, lower(name))',
  `CREATE TABLE account_group_members (
    group_id uuid NOT NULL REFERENCES account_groups ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (group_id, account_id)
  )`,
  'CREATE INDEX account_group_members_account ON account_group_members (account_id)',
  // What a customer's directory provisions with. The token is kept as its SHA-256.
  `CREATE TABLE scim_tokens (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    label text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    may_administer boolean NOT NULL DEFAULT false,
    issued_by uuid REFERENCES memberships,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
  )`,
  // The newest sealed number and its hash, kept apart: events cut off the end of the trail are missed.
  `CREATE TABLE audit_heads (
    seller_id uuid PRIMARY KEY REFERENCES sellers,
    number bigint NOT NULL,
    hash bytea NOT NULL
  )`,
]
