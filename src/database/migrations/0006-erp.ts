// ERP connections, what was read from each so far, and the master data that comes with it. Accounts learn which ERP they live in.
export const up: readonly string[] = [
  `CREATE TABLE erp_connections (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    name text NOT NULL,
    connector text NOT NULL,
    sealed_config bytea NOT NULL,
    settings jsonb NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
    version integer NOT NULL DEFAULT 1,
    -- The circuit breaker: failures in a row, and until when nobody calls.
    failures integer NOT NULL DEFAULT 0,
    closed_until timestamptz,
    last_error text,
    last_ok_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (seller_id, name)
  )`,
  'ALTER TABLE accounts ADD COLUMN erp_connection_id uuid REFERENCES erp_connections',
  'CREATE INDEX accounts_customer ON accounts (seller_id, customer_number) WHERE customer_number IS NOT NULL',
  // One row per stream of a connection: the connector's cursor, saved in the transaction that applied the page before it.
  `CREATE TABLE sync_streams (
    connection_id uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    stream text NOT NULL,
    cursor text,
    records bigint NOT NULL DEFAULT 0,
    -- One reader at a time; renewed with every page.
    claimed_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    last_error text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, stream)
  )`,
  `CREATE TABLE erp_customers (
    connection_id uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    erp_id text NOT NULL,
    seller_id uuid NOT NULL,
    customer_number text NOT NULL,
    name text NOT NULL,
    record jsonb NOT NULL,
    deleted_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, erp_id)
  )`,
  'CREATE INDEX erp_customers_number ON erp_customers (connection_id, customer_number)',
  `CREATE TABLE erp_ship_tos (
    connection_id uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    erp_id text NOT NULL,
    seller_id uuid NOT NULL,
    customer_number text NOT NULL,
    record jsonb NOT NULL,
    deleted_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, erp_id)
  )`,
  'CREATE INDEX erp_ship_tos_number ON erp_ship_tos (connection_id, customer_number)',
  `CREATE TABLE erp_prices (
    connection_id uuid NOT NULL REFERENCES erp_connections ON DELETE CASCADE,
    erp_id text NOT NULL,
    seller_id uuid NOT NULL,
    customer_number text,
    item_number text NOT NULL,
    record jsonb NOT NULL,
    deleted_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, erp_id)
  )`,
  'CREATE INDEX erp_prices_item ON erp_prices (connection_id, item_number, customer_number)',
  // Which documents a connection or order belongs to; ERP and UBL documents are kept like those of partners.
  'ALTER TABLE documents DROP CONSTRAINT documents_protocol_check',
  `ALTER TABLE documents ADD CONSTRAINT documents_protocol_check CHECK (protocol IN ('cxml', 'oci', 'ubl', 'erp'))`,
  'ALTER TABLE documents ADD COLUMN order_id uuid',
  'CREATE INDEX documents_order ON documents (order_id) WHERE order_id IS NOT NULL',
  // The secret we show a buyer's system is not always the one it shows us.
  `ALTER TABLE partner_secrets ADD COLUMN shown_by text NOT NULL DEFAULT 'partner' CHECK (shown_by IN ('partner', 'us'))`,
]
