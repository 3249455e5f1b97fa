// Sellers (tenants), their customers' company accounts, people and memberships.
export const up: readonly string[] = [
  `CREATE TABLE sellers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    parent_id uuid REFERENCES accounts,
    kind text NOT NULL CHECK (kind IN ('holding', 'company', 'branch', 'department')),
    name text NOT NULL,
    customer_number text,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL,
    UNIQUE (seller_id, customer_number),
    CHECK (parent_id IS DISTINCT FROM id)
  )`,
  `CREATE TABLE people (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    email text NOT NULL,
    name text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL
  )`,
  // An e-mail address is one person, however it is spelled.
  `CREATE UNIQUE INDEX people_email ON people (seller_id, lower(email))`,
  `CREATE TABLE memberships (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts,
    person_id uuid NOT NULL REFERENCES people,
    role text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('invited', 'active', 'suspended', 'removed')),
    cost_centre text,
    first_seen_by text,
    created_at timestamptz NOT NULL,
    UNIQUE (account_id, person_id)
  )`,
  'CREATE INDEX memberships_person ON memberships (person_id)',
]
