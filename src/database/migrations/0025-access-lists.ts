// Lists of what a caller may see, in order from an index, however small their part of a tree is: by company, and by the account at each of
// the first levels. Every place an account ever had is known, for what was ordered below it keeps the path of its day.
const NEWEST = { orders: 'ordered_at', shipments: 'created_at', invoices: 'invoice_date' }

export const up: readonly string[] = [
  `CREATE TABLE account_places (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    path uuid[] NOT NULL,
    PRIMARY KEY (account_id, path)
  )`,
  `INSERT INTO account_places
   SELECT DISTINCT p.path[n], p.path[1:n]
   FROM (SELECT path FROM accounts
     ${Object.keys(NEWEST)
       .map((table) => `UNION SELECT account_path FROM ${table} WHERE account_path IS NOT NULL`)
       .join(' ')}) p
   CROSS JOIN generate_series(1, cardinality(p.path)) n`,
  'DROP TRIGGER accounts_root ON accounts',
  'DROP FUNCTION keep_root',
  'DROP TABLE account_roots',
  `CREATE FUNCTION keep_account_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO account_places VALUES (NEW.id, NEW.path) ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`,
  `CREATE TRIGGER accounts_keep_place AFTER INSERT OR UPDATE OF path ON accounts
    FOR EACH ROW EXECUTE FUNCTION keep_account_place()`,
  ...Object.entries(NEWEST).flatMap(([table, newest]) => [
    `CREATE INDEX ${table}_company ON ${table} (company_id, ${newest} DESC, id DESC)`,
    // The first level has one since 0018. A customer that is a single account pays for none of the others.
    ...[2, 3, 4].map(
      (level) =>
        `CREATE INDEX ${table}_level_${level} ON ${table} ((account_path[${level}]), ${newest} DESC, id DESC)
         WHERE account_path[${level}] IS NOT NULL`,
    ),
  ]),
]
