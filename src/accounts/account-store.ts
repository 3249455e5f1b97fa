// Keeps accounts, people and memberships. Every read is bound to one seller: another seller's id finds nothing.
import type { Db } from '../database/database.ts'
import { prepared } from '../database/together.ts'
import { HubError } from '../errors.ts'
import type { Account, Membership, Person } from './account.ts'
import type { BuyerParty, Seller, SellerParty } from './invoice-party.ts'
import { ADMINISTERING, type RoleName } from './permission.ts'

const ACCOUNT = [
  'id',
  'seller_id as sellerId',
  'parent_id as parentId',
  'kind',
  'name',
  'customer_number as customerNumber',
  'erp_connection_id as erpConnectionId',
  'status',
]
const PERSON = ['id', 'seller_id as sellerId', 'email', 'name', 'status']
const MEMBERSHIP = [
  'id',
  'account_id as accountId',
  'person_id as personId',
  'role',
  'status',
  'cost_centre as costCentre',
]

/** One account per customer number of an ERP, or of none in particular. */
const NUMBERED = `(seller_id, customer_number, coalesce(erp_connection_id, '00000000-0000-0000-0000-000000000000'))`

export async function findAccount(db: Db, sellerId: string, id: string): Promise<Account | undefined> {
  return db('accounts').select(ACCOUNT).where({ seller_id: sellerId, id }).first()
}

/** Ids of an account and of all below it; empty when it isn't the seller's. */
export async function listSubtree(db: Db, sellerId: string, accountId: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `WITH RECURSIVE tree AS (
       SELECT id FROM accounts WHERE seller_id = ? AND id = ?
       UNION SELECT a.id FROM accounts a JOIN tree t ON a.parent_id = t.id WHERE a.seller_id = ?)
     SELECT id FROM tree`,
    [sellerId, accountId, sellerId],
  )
  return rows.map((row) => row.id)
}

/** The ERP connection an account lives in: its own, else that of the nearest account above. */
export const livesIn = (account: string) =>
  `(SELECT x.erp_connection_id FROM unnest(${account}.path) WITH ORDINALITY AS line(id, depth) JOIN accounts x ON x.id = line.id
    WHERE x.erp_connection_id IS NOT NULL ORDER BY line.depth DESC LIMIT 1)`

/** Customer number -> account, of those that live in this ERP connection by themselves or by an account above, else in none in particular. */
export async function findAccountsByNumber(
  db: Db,
  connection: { id: string; sellerId: string },
  customerNumbers: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.raw<{ rows: { id: string; customer_number: string }[] }>(
    `SELECT a.id, a.customer_number FROM accounts a
     CROSS JOIN LATERAL (SELECT ${livesIn('a')} AS id) lives
     WHERE a.seller_id = ? AND a.customer_number = ANY(?::text[]) AND (lives.id IS NULL OR lives.id = ?)
     ORDER BY lives.id NULLS FIRST`,
    [connection.sellerId, [...new Set(customerNumbers)], connection.id],
  )
  return new Map(rows.map((r) => [r.customer_number, r.id]))
}

export async function findPerson(db: Db, sellerId: string, id: string): Promise<Person | undefined> {
  return db('people').select(PERSON).where({ seller_id: sellerId, id }).first()
}

export async function findPersonByEmail(db: Db, sellerId: string, email: string): Promise<Person | undefined> {
  return db('people').select(PERSON).where({ seller_id: sellerId }).whereRaw('lower(email) = lower(?)', [email]).first()
}

export async function findMembership(db: Db, accountId: string, personId: string): Promise<Membership | undefined> {
  return db('memberships').select(MEMBERSHIP).where({ account_id: accountId, person_id: personId }).first()
}

export interface Standing {
  account: Account
  /** Null = nobody of the seller's is known by this e-mail address or id. */
  person: Person | null
  /** `administers`: a grant makes it one that may manage people or rules. `granted`: what the grants in force give. */
  membership: (Membership & { administers: boolean; granted: string[]; limits: MemberLimits }) | null
}

/** What a member may order for; null = all. */
export interface MemberLimits {
  costCentres: string[] | null
  projects: string[] | null
  shipTos: string[] | null
  catalogues: string[] | null
  orderLimit: string | null
  orderLimitCurrency: string | null
}

/** Who is asked about: an account of a seller, and a person by e-mail address or id. */
export interface StandingQuestion {
  sellerId: string
  accountId: string
  email: string | null
  personId: string | null
}

const STANDINGS = `
  SELECT CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id, 'sellerId', a.seller_id, 'parentId', a.parent_id, 'kind', a.kind,
      'name', a.name, 'customerNumber', a.customer_number, 'erpConnectionId', a.erp_connection_id, 'status', a.status) END AS account,
    CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'sellerId', p.seller_id, 'email', p.email, 'name', p.name,
      'status', p.status) END AS person,
    CASE WHEN m.id IS NOT NULL THEN json_build_object('id', m.id, 'accountId', m.account_id, 'personId', m.person_id, 'role', m.role,
      'status', m.status, 'costCentre', m.cost_centre, 'granted', ARRAY(
        SELECT coalesce(g.role, right_) FROM grants g LEFT JOIN roles r ON r.id = g.role_id
        LEFT JOIN LATERAL unnest(r.permissions) right_ ON true
        WHERE g.membership_id = m.id AND g.valid_from <= now() AND (g.valid_to IS NULL OR g.valid_to > now())),
      'limits', json_build_object('costCentres', m.cost_centres, 'projects', m.projects, 'shipTos', m.ship_tos,
        'catalogues', m.catalogues, 'orderLimit', m.order_limit::text, 'orderLimitCurrency', m.order_limit_currency),
      'administers', EXISTS (
        SELECT FROM grants g LEFT JOIN roles r ON r.id = g.role_id WHERE g.membership_id = m.id AND
          (g.role IN ('buyer-admin', 'purchase-manager') OR
            EXISTS (SELECT FROM unnest(r.permissions) p WHERE p ~ '${ADMINISTERING}')))
      ) END AS membership
  FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::uuid[]) WITH ORDINALITY AS q(seller_id, account_id, email, person_id, place)
  LEFT JOIN accounts a ON a.seller_id = q.seller_id AND a.id = q.account_id
  LEFT JOIN LATERAL (
    SELECT * FROM people WHERE seller_id = q.seller_id AND lower(email) = lower(q.email)
    UNION ALL
    SELECT * FROM people WHERE seller_id = q.seller_id AND id = q.person_id LIMIT 1) p ON true
  LEFT JOIN memberships m ON m.account_id = a.id AND m.person_id = p.id
  ORDER BY q.place`

/** For each question the account, the person and what they are to each other, in one query. Undefined = no such account of the seller's. */
export async function findStandings(db: Db, questions: readonly StandingQuestion[]): Promise<(Standing | undefined)[]> {
  const column = (name: keyof StandingQuestion) => questions.map((q) => q[name])
  const { rows } = await prepared<{ rows: (Standing & { account: Account | null })[] }>(db, STANDINGS, [
    column('sellerId'),
    column('accountId'),
    column('email'),
    column('personId'),
  ])
  return rows.map((row) => (row.account ? row : undefined))
}

export async function insertSeller(db: Db, seller: { id: string; name: string }, at: Date): Promise<void> {
  await db('sellers').insert({ ...seller, created_at: at })
}

export async function findSeller(db: Db, id: string): Promise<Seller | undefined> {
  return db('sellers').select('id', 'name', 'party').where({ id }).first()
}

export async function updateSellerParty(db: Db, id: string, party: SellerParty): Promise<void> {
  await db('sellers')
    .where({ id })
    .update({ party: JSON.stringify(party) })
}

/** What invoices to an account say of it: its own, else that of the nearest account above that has it told. */
export async function findBuyerParty(db: Db, sellerId: string, accountId: string): Promise<BuyerParty | undefined> {
  const { rows } = await db.raw<{ rows: { invoicing: BuyerParty }[] }>(
    `WITH RECURSIVE line AS (
       SELECT id, parent_id, invoicing, 0 AS up FROM accounts WHERE seller_id = ? AND id = ?
       UNION ALL SELECT a.id, a.parent_id, a.invoicing, l.up + 1 FROM accounts a JOIN line l ON a.id = l.parent_id WHERE l.up < 50)
     SELECT invoicing FROM line WHERE invoicing IS NOT NULL ORDER BY up LIMIT 1`,
    [sellerId, accountId],
  )
  return rows[0]?.invoicing
}

/** Null = as the account above. False when the account isn't the seller's. */
export async function updateBuyerParty(
  db: Db,
  sellerId: string,
  accountId: string,
  party: BuyerParty | null,
): Promise<boolean> {
  const changed = await db('accounts')
    .where({ seller_id: sellerId, id: accountId })
    .update({ invoicing: party && JSON.stringify(party) })
  return changed > 0
}

type NewAccount = Omit<Account, 'status' | 'erpConnectionId'> & Partial<Pick<Account, 'erpConnectionId'>>

/** Throws HubError conflict when another account of the same ERP has the customer number. */
export async function insertAccount(db: Db, account: NewAccount, at: Date): Promise<void> {
  const inserted = await db('accounts')
    .insert({
      id: account.id,
      seller_id: account.sellerId,
      parent_id: account.parentId,
      kind: account.kind,
      name: account.name,
      customer_number: account.customerNumber,
      erp_connection_id: account.erpConnectionId ?? null,
      created_at: at,
    })
    .onConflict(db.raw(NUMBERED))
    .ignore()
    .returning('id')
  if (inserted.length === 0)
    throw new HubError('conflict', `There is an account with customer number ${account.customerNumber} already.`)
}

/** Adds customers of an ERP as companies, in one statement; those that are there already stay as they are. */
export async function insertCustomers(
  db: Db,
  customers: readonly { id: string; sellerId: string; customerNumber: string; name: string; connectionId: string }[],
  at: Date,
): Promise<void> {
  const column = (name: 'id' | 'sellerId' | 'customerNumber' | 'name' | 'connectionId') => customers.map((c) => c[name])
  await db.raw(
    `INSERT INTO accounts (id, seller_id, kind, name, customer_number, erp_connection_id, created_at)
     SELECT id, seller, 'company', name, number, connection, ?::timestamptz
     FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::uuid[]) AS c(id, seller, name, number, connection)
     ON CONFLICT ${NUMBERED} DO NOTHING`,
    [at, column('id'), column('sellerId'), column('name'), column('customerNumber'), column('connectionId')],
  )
}

/** Adds a person, or returns the one with this e-mail address: two first punchouts at once make one person. */
export async function insertPersonOnce(
  db: Db,
  person: Pick<Person, 'id' | 'sellerId' | 'email' | 'name'>,
  at: Date,
): Promise<Person> {
  const inserted = await db('people')
    .insert({ id: person.id, seller_id: person.sellerId, email: person.email, name: person.name, created_at: at })
    .onConflict(db.raw('(seller_id, lower(email))'))
    .ignore()
    .returning(PERSON)
  const row = inserted[0] ?? (await findPersonByEmail(db, person.sellerId, person.email))
  if (!row) throw new Error(`person ${person.id} vanished while being added`)
  return row
}

/** Adds a membership, or returns the one that is there. */
export async function insertMembershipOnce(
  db: Db,
  membership: {
    id: string
    accountId: string
    personId: string
    role: RoleName | null
    costCentre: string | null
    firstSeenBy: string
  },
  at: Date,
): Promise<Membership> {
  const inserted = await db('memberships')
    .insert({
      id: membership.id,
      account_id: membership.accountId,
      person_id: membership.personId,
      role: membership.role,
      cost_centre: membership.costCentre,
      first_seen_by: membership.firstSeenBy,
      created_at: at,
    })
    .onConflict(['account_id', 'person_id'])
    .ignore()
    .returning(MEMBERSHIP)
  const row = inserted[0] ?? (await findMembership(db, membership.accountId, membership.personId))
  if (!row) throw new Error(`membership ${membership.id} vanished while being added`)
  return row
}
