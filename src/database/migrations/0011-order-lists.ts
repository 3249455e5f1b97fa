// Lists of orders, shipments and invoices: what each filter needs to stay fast at a million orders, and a column to sync by.
const SYNCED = ['orders', 'shipments', 'invoices']

export const up: readonly string[] = [
  // When the transaction began that wrote the row last, by the clock that pg_stat_activity.xact_start shows too: a reader of changes
  // stops before the oldest transaction that is still open, and so misses nothing that is committed late (database/keyset.ts).
  `CREATE FUNCTION mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.changed_at := now();
      RETURN NEW;
    END $$`,
  ...SYNCED.flatMap((table) => [
    `ALTER TABLE ${table} ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now()`,
    `CREATE TRIGGER ${table}_changed BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION mark_changed()`,
    `DROP INDEX ${table}_updated`,
    `CREATE INDEX ${table}_changed ON ${table} (seller_id, changed_at, id)`,
  ]),
  // Punctuation parts words, so that any part of "PO-2026/0042" or of an e-mail address is found by how it begins.
  `CREATE FUNCTION search_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('simple'::regconfig, regexp_replace($1, '[!-/:-@[-\`{-~]+', ' ', 'g'))`,
  'CREATE INDEX accounts_parent ON accounts (parent_id) WHERE parent_id IS NOT NULL',
  `CREATE INDEX orders_cost_centre ON orders (seller_id, cost_centre, ordered_at DESC, id DESC) WHERE cost_centre IS NOT NULL`,
  `CREATE INDEX orders_held ON orders (seller_id, ordered_at DESC, id DESC)
    WHERE holds <> '[]' AND state NOT IN ('closed', 'rejected', 'cancelled')`,
  // Asked with every order placed: what of this customer's does the ERP not count yet?
  `CREATE INDEX orders_unseen ON orders (connection_id, customer_number) WHERE erp_id IS NULL AND state IN ('received', 'held')`,
  'CREATE INDEX order_lines_group ON order_lines (product_group, order_id) WHERE product_group IS NOT NULL',
  'CREATE INDEX shipments_tracking ON shipments USING gin (tracking_numbers)',
  `CREATE INDEX invoices_open ON invoices (connection_id, customer_number) WHERE state = 'open'`,
  'CREATE INDEX invoices_po ON invoices (seller_id, po_number) WHERE po_number IS NOT NULL',
  'CREATE INDEX erp_prices_customer ON erp_prices (connection_id, customer_number, item_number, erp_id)',
]
