// Every wire document in and out, byte for byte (sealed: they hold SharedSecrets and passwords), with its findings.
export const up: readonly string[] = [
  `CREATE TABLE documents (
    id uuid PRIMARY KEY,
    seller_id uuid,
    partner_id uuid REFERENCES partners,
    session_id uuid,
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    protocol text NOT NULL CHECK (protocol IN ('cxml', 'oci')),
    kind text NOT NULL,
    payload_id text,
    mode text CHECK (mode IN ('test', 'production')),
    content_type text NOT NULL,
    sealed bytea NOT NULL,
    size integer NOT NULL,
    sha256 bytea NOT NULL,
    findings jsonb NOT NULL,
    status_code integer,
    in_reply_to uuid REFERENCES documents,
    duplicate_of uuid REFERENCES documents,
    created_at timestamptz NOT NULL
  )`,
  // The promise of "same payloadID = same answer": one first document per partner and payloadID, one answer to it.
  `CREATE UNIQUE INDEX documents_once ON documents (partner_id, payload_id)
    WHERE direction = 'in' AND partner_id IS NOT NULL AND payload_id IS NOT NULL AND duplicate_of IS NULL`,
  // An answer of 500 and above says "try again", so it is no answer for good.
  `CREATE UNIQUE INDEX documents_answer ON documents (in_reply_to) WHERE in_reply_to IS NOT NULL AND status_code < 500`,
  'CREATE INDEX documents_seller ON documents (seller_id, id)',
  'CREATE INDEX documents_partner ON documents (partner_id, id)',
  'CREATE INDEX documents_session ON documents (session_id) WHERE session_id IS NOT NULL',
  'CREATE INDEX documents_age ON documents USING brin (created_at)',
  // Sealed bytes don't compress; trying costs time on every insert.
  'ALTER TABLE documents ALTER COLUMN sealed SET STORAGE EXTERNAL',
]
