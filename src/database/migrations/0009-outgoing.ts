// What goes out to buyers' systems (posted, or kept for GetPendingRequest) and to storefronts (signed webhooks).
export const up: readonly string[] = [
  // Partners from before there were orders: nothing is sent to them until somebody says where.
  `UPDATE partners SET settings = jsonb_build_object(
     'orders', '{"holdOn": ["supplierPartId", "unit", "unitPrice", "priceUnit", "currency"], "priceTolerancePercent": "0",
       "overCredit": "hold", "testOrders": "hold"}'::jsonb,
     'outgoing', '{"way": "off", "kinds": ["ConfirmationRequest", "ShipNoticeRequest", "InvoiceDetailRequest"],
       "confirmWhen": "confirmed", "taxIn": "lines"}'::jsonb) || settings`,
  `CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    partner_id uuid NOT NULL REFERENCES partners,
    document_id uuid NOT NULL REFERENCES documents,
    kind text NOT NULL,
    -- The order, shipment or invoice it tells of, and which telling: nothing is told twice.
    subject_id uuid NOT NULL,
    telling text NOT NULL,
    order_id uuid,
    way text NOT NULL CHECK (way IN ('post', 'mailbox')),
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'refused', 'given-up')),
    handed_at timestamptz,
    status_code integer,
    status_text text,
    answer_document_id uuid,
    buyer_status text,
    buyer_status_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (partner_id, kind, subject_id, telling)
  )`,
  'CREATE INDEX deliveries_order ON deliveries (order_id) WHERE order_id IS NOT NULL',
  'CREATE INDEX deliveries_subject ON deliveries (subject_id)',
  'CREATE INDEX deliveries_document ON deliveries (document_id)',
  `CREATE INDEX deliveries_mailbox ON deliveries (partner_id, id) WHERE way = 'mailbox' AND state = 'waiting'`,
  `CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    storefront_id uuid REFERENCES storefronts,
    url text NOT NULL,
    events text[] NOT NULL,
    sealed_secret bytea NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE INDEX webhook_endpoints_seller ON webhook_endpoints (seller_id, id)',
  `CREATE TABLE webhook_events (
    id uuid PRIMARY KEY,
    seller_id uuid NOT NULL REFERENCES sellers,
    type text NOT NULL,
    data jsonb NOT NULL,
    at timestamptz NOT NULL
  )`,
  'CREATE INDEX webhook_events_seller ON webhook_events (seller_id, id)',
]
