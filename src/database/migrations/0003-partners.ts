// Storefronts and the API clients that speak for them; trading partners, their credentials and secrets; signing keys.
export const up: readonly string[] = [
  `CREATE TABLE storefronts (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    name text NOT NULL,
    punchout_url text NOT NULL,
    test_punchout_url text,
    item_lookup_url text,
    created_at timestamptz NOT NULL,
    UNIQUE (seller_id, name)
  )`,
  `CREATE TABLE api_clients (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    storefront_id uuid REFERENCES storefronts,
    client_id text NOT NULL UNIQUE,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    demo boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
  )`,
  `CREATE TABLE partners (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    storefront_id uuid NOT NULL REFERENCES storefronts,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    protocol text NOT NULL CHECK (protocol IN ('cxml', 'oci')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
    profile text NOT NULL,
    settings jsonb NOT NULL,
    mapping jsonb NOT NULL,
    demo boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE INDEX partners_seller ON partners (seller_id, id)',
  // Domain and identity are kept as written and compared folded: cXML domains differ in case from system to system.
  `CREATE TABLE partner_credentials (
    id uuid PRIMARY KEY,
    partner_id uuid NOT NULL REFERENCES partners ON DELETE CASCADE,
    party text NOT NULL CHECK (party IN ('from', 'sender', 'to', 'user')),
    domain text NOT NULL,
    identity text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'production')),
    UNIQUE (partner_id, party, domain, identity, mode)
  )`,
  'CREATE INDEX partner_credentials_look_up ON partner_credentials (party, lower(domain), lower(identity), mode)',
  `CREATE TABLE partner_secrets (
    id uuid PRIMARY KEY,
    partner_id uuid NOT NULL REFERENCES partners ON DELETE CASCADE,
    mode text NOT NULL CHECK (mode IN ('test', 'production')),
    label text NOT NULL,
    sealed bytea NOT NULL,
    demo boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
  )`,
  'CREATE INDEX partner_secrets_partner ON partner_secrets (partner_id)',
  `CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    public_jwk jsonb NOT NULL,
    sealed_private_jwk bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
  )`,
]
