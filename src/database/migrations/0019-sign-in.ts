// Mails, and how people come in: passwords, second factors, invitations, registrations, claim codes, identity providers.
export const up: readonly string[] = [
  `CREATE TABLE mails (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    recipient text NOT NULL,
    subject text NOT NULL,
    sealed_body bytea NOT NULL,
    about text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'kept', 'sent', 'refused')),
    error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz
  )`,
  'CREATE INDEX mails_seller ON mails (seller_id, id DESC)',
  `CREATE TABLE passwords (
    person_id uuid PRIMARY KEY REFERENCES people,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL
  )`,
  // What a mail's link or a first step of sign-in hands out, kept as its SHA-256: each works once, until its end.
  `CREATE TABLE sign_in_tokens (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    kind text NOT NULL CHECK (kind IN ('reset', 'invitation', 'second-step')),
    token_hash bytea NOT NULL UNIQUE,
    person_id uuid NOT NULL REFERENCES people,
    membership_id uuid REFERENCES memberships,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL
  )`,
  'CREATE INDEX sign_in_tokens_person ON sign_in_tokens (person_id) WHERE used_at IS NULL',
  `CREATE TABLE second_factors (
    person_id uuid PRIMARY KEY REFERENCES people,
    sealed_secret bytea NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
  )`,
  `CREATE TABLE recovery_codes (
    person_id uuid NOT NULL REFERENCES people,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (person_id, code_hash)
  )`,
  `COMMENT ON TABLE second_factors IS 'last_step: the 30-second step of the code used last; none at or before it works again'`,
  // How newcomers get in: of a seller (account_id null), and of an account where it says otherwise.
  `CREATE TABLE sign_in_policies (
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid REFERENCES accounts,
    registration text NOT NULL CHECK (registration IN ('open', 'invitation', 'claim', 'closed')),
    second_factor boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE UNIQUE INDEX sign_in_policies_place ON sign_in_policies (seller_id, coalesce(account_id, seller_id))',
  `CREATE TABLE claim_codes (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid NOT NULL REFERENCES accounts,
    code_hash bytea NOT NULL UNIQUE,
    role text NOT NULL,
    uses_left integer NOT NULL CHECK (uses_left >= 0),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE TABLE registrations (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid REFERENCES accounts,
    email text NOT NULL,
    name text NOT NULL,
    company text NOT NULL,
    note text,
    licence_name text,
    licence_type text,
    sealed_licence bytea,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'refused')),
    reason text,
    person_id uuid REFERENCES people,
    created_at timestamptz NOT NULL,
    decided_at timestamptz
  )`,
  'CREATE INDEX registrations_seller ON registrations (seller_id, id DESC)',
  `CREATE UNIQUE INDEX registrations_waiting ON registrations (seller_id, lower(email)) WHERE state = 'waiting'`,
  `CREATE TABLE identity_providers (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    account_id uuid REFERENCES accounts,
    name text NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    sealed_secret bytea NOT NULL,
    domains text[] NOT NULL,
    provisioning text NOT NULL CHECK (provisioning IN ('none', 'known', 'provision')),
    role text,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE INDEX identity_providers_seller ON identity_providers (seller_id)',
  // A sign-in that left for its provider: what has to come back with it.
  `CREATE TABLE provider_sign_ins (
    state_hash bytea PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES identity_providers,
    sealed_checks bytea NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE TABLE provider_identities (
    provider_id uuid NOT NULL REFERENCES identity_providers,
    subject text NOT NULL,
    person_id uuid NOT NULL REFERENCES people,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (provider_id, subject)
  )`,
  // Set when a person was greeted: once, however they came.
  'ALTER TABLE people ADD COLUMN welcomed_at timestamptz',
  "CREATE INDEX punchout_sessions_person ON punchout_sessions (person_id) WHERE state IN ('created', 'opened')",
]
