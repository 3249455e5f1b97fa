// Who may do what: the account tree as paths, roles and grants, the seller's staff, signed-in sessions, what people may order for, and
// the audit trail. Orders, shipments and invoices keep the place in the tree that their account had.
const PLACED = ['orders', 'shipments', 'invoices']

export const up: readonly string[] = [
  `ALTER TABLE accounts
    ADD COLUMN path uuid[],
    ADD COLUMN company_id uuid REFERENCES accounts,
    ADD COLUMN currency text,
    ADD COLUMN time_zone text,
    ADD COLUMN fiscal_year_start text CHECK (fiscal_year_start ~ '^[01]\\d-[0-3]\\d$')`,
  'ALTER TABLE accounts DROP CONSTRAINT accounts_status_check',
  `ALTER TABLE accounts ADD CONSTRAINT accounts_status_check CHECK (status IN ('active', 'suspended', 'prospect', 'closed'))`,
  // From the top of the tree down to the account itself; the company is the nearest that isn't a branch or department, else the top.
  `WITH RECURSIVE tree AS (
     SELECT id, ARRAY[id] AS path, id AS company_id FROM accounts WHERE parent_id IS NULL
     UNION ALL
     SELECT a.id, t.path || a.id, CASE WHEN a.kind IN ('holding', 'company') THEN a.id ELSE t.company_id END
     FROM accounts a JOIN tree t ON a.parent_id = t.id)
   UPDATE accounts a SET path = t.path, company_id = t.company_id FROM tree t WHERE t.id = a.id`,
  'ALTER TABLE accounts ALTER COLUMN path SET NOT NULL, ALTER COLUMN company_id SET NOT NULL',
  'CREATE INDEX accounts_path ON accounts USING gin (path)',
  'CREATE INDEX accounts_company ON accounts (company_id)',
  `CREATE FUNCTION place_account() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE above accounts%ROWTYPE;
    BEGIN
      SELECT * INTO above FROM accounts WHERE id = NEW.parent_id;
      NEW.path := above.path || NEW.id;
      NEW.company_id := CASE WHEN above.id IS NULL OR NEW.kind IN ('holding', 'company') THEN NEW.id ELSE above.company_id END;
      RETURN NEW;
    END $$`,
  'CREATE TRIGGER accounts_place BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION place_account()',
  // The tops of trees an account ever stood in: what was ordered below it then is found by them.
  `CREATE TABLE account_roots (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    root_id uuid NOT NULL,
    PRIMARY KEY (account_id, root_id)
  )`,
  'INSERT INTO account_roots SELECT id, path[1] FROM accounts',
  `CREATE FUNCTION keep_root() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO account_roots VALUES (NEW.id, NEW.path[1]) ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`,
  'CREATE TRIGGER accounts_root AFTER INSERT OR UPDATE OF path ON accounts FOR EACH ROW EXECUTE FUNCTION keep_root()',
  `CREATE FUNCTION keep_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN
        SELECT path, company_id INTO NEW.account_path, NEW.company_id FROM accounts WHERE id = NEW.account_id;
      END IF;
      RETURN NEW;
    END $$`,
  ...PLACED.flatMap((table) => [
    `ALTER TABLE ${table} ADD COLUMN account_path uuid[], ADD COLUMN company_id uuid`,
    `UPDATE ${table} t SET account_path = a.path, company_id = a.company_id FROM accounts a WHERE a.id = t.account_id`,
    `CREATE TRIGGER ${table}_place BEFORE INSERT OR UPDATE OF account_id ON ${table} FOR EACH ROW EXECUTE FUNCTION keep_place()`,
  ]),
  'CREATE INDEX orders_root ON orders ((account_path[1]), ordered_at DESC, id DESC)',
  'CREATE INDEX shipments_root ON shipments ((account_path[1]), created_at DESC, id DESC)',
  'CREATE INDEX invoices_root ON invoices ((account_path[1]), invoice_date DESC, id DESC)',
  // Who placed it for whom: an agent for a member, or a requisition's.
  `ALTER TABLE orders
    ADD COLUMN membership_id uuid REFERENCES memberships,
    ADD COLUMN placed_by uuid REFERENCES people,
    ADD COLUMN requisition_id uuid UNIQUE`,

  // A membership has one role of its own in its account; grants add others: dated, custom, or for another part of the tree.
  `ALTER TABLE memberships
    ALTER COLUMN role DROP NOT NULL,
    ADD COLUMN manager_id uuid REFERENCES memberships,
    ADD COLUMN job_title text,
    ADD COLUMN order_limit numeric,
    ADD COLUMN order_limit_currency text,
    ADD COLUMN cost_centres text[],
    ADD COLUMN projects text[],
    ADD COLUMN ship_tos text[],
    ADD COLUMN catalogues text[],
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD CHECK ((order_limit IS NULL) = (order_limit_currency IS NULL))`,
  `COMMENT ON COLUMN memberships.cost_centres IS 'codes it may order for; NULL = all, an empty list = none'`,
  `CREATE TABLE roles (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid REFERENCES accounts,
    name text NOT NULL,
    description text,
    permissions text[] NOT NULL,
    assignable_by text NOT NULL DEFAULT 'buyer' CHECK (assignable_by IN ('buyer', 'seller')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX roles_name ON roles (seller_id, coalesce(account_id, seller_id), lower(name))`,
  `CREATE TABLE grants (
    id uuid PRIMARY KEY,
    membership_id uuid NOT NULL REFERENCES memberships,
    role text,
    role_id uuid REFERENCES roles,
    account_id uuid NOT NULL REFERENCES accounts,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    granted_by uuid REFERENCES people,
    created_at timestamptz NOT NULL,
    CHECK (num_nonnulls(role, role_id) = 1),
    CHECK (valid_to > valid_from)
  )`,
  'CREATE INDEX grants_membership ON grants (membership_id)',
  'CREATE INDEX grants_role ON grants (role_id) WHERE role_id IS NOT NULL',

  // The seller's own people.
  `CREATE TABLE staff (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    person_id uuid NOT NULL REFERENCES people,
    role text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL,
    UNIQUE (person_id)
  )`,
  `CREATE TABLE agent_assignments (
    staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (staff_id, account_id)
  )`,
  `CREATE TABLE acting_sessions (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    staff_id uuid NOT NULL REFERENCES staff,
    membership_id uuid NOT NULL REFERENCES memberships,
    reason text NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    created_at timestamptz NOT NULL
  )`,
  // A browser or program a person is signed in with. The token is kept as its SHA-256.
  `CREATE TABLE person_sessions (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    person_id uuid NOT NULL REFERENCES people,
    token_hash bytea NOT NULL UNIQUE,
    membership_id uuid REFERENCES memberships,
    acting_id uuid REFERENCES acting_sessions,
    way text NOT NULL,
    user_agent text,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
  )`,
  'CREATE INDEX person_sessions_person ON person_sessions (person_id) WHERE ended_at IS NULL',

  `CREATE TABLE cost_centres (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    code text NOT NULL,
    name text NOT NULL,
    owner_id uuid REFERENCES memberships,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (account_id, code)
  )`,
  `CREATE TABLE projects (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    code text NOT NULL,
    name text NOT NULL,
    starts_on date,
    ends_on date,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (account_id, code)
  )`,
  `CREATE TABLE ship_tos (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    code text NOT NULL,
    address jsonb NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (account_id, code)
  )`,

  // What happened, by whom. Written by the transaction it is about; chained afterwards, in order, by audit/seal-trail.ts.
  `CREATE TABLE audit_events (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid,
    actor jsonb NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    detail jsonb NOT NULL,
    at timestamptz NOT NULL,
    number bigint,
    hash bytea,
    UNIQUE (seller_id, number)
  )`,
  'CREATE INDEX audit_events_seller ON audit_events (seller_id, id)',
  'CREATE INDEX audit_events_subject ON audit_events (subject_id, id) WHERE subject_id IS NOT NULL',
  'CREATE INDEX audit_events_unsealed ON audit_events (seller_id, id) WHERE number IS NULL',
  `CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND to_jsonb(NEW) - 'number' - 'hash' = to_jsonb(OLD) - 'number' - 'hash' THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'audit_events is append-only';
    END $$`,
  'CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_append_only()',
]
