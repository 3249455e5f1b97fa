// Keeps trading partners with their credentials and sealed secrets. A partner is read whole, in one query.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { LIVE_SECRETS, type Mode, type PartnerCredential, type SealedSecret, type TradingPartner } from './partner.ts'

interface PartnerRow extends Omit<TradingPartner, 'secrets'> {
  secrets: (Omit<SealedSecret, 'sealed' | 'createdAt'> & { sealed: string; createdAt: string })[]
}

const WHOLE_PARTNER = `
  SELECT p.id, p.seller_id AS "sellerId", p.storefront_id AS "storefrontId", p.slug, p.name, p.protocol, p.status, p.profile,
    p.settings, p.mapping, p.demo, p.version, p.created_at AS "createdAt", p.updated_at AS "updatedAt",
    (SELECT coalesce(json_agg(json_build_object('id', c.id, 'party', c.party, 'domain', c.domain, 'identity', c.identity,
       'mode', c.mode) ORDER BY c.id), '[]') FROM partner_credentials c WHERE c.partner_id = p.id) AS credentials,
    (SELECT coalesce(json_agg(json_build_object('id', s.id, 'mode', s.mode, 'label', s.label, 'shownBy', s.shown_by, 'demo', s.demo,
       'sealed', encode(s.sealed, 'base64'), 'createdAt', s.created_at) ORDER BY s.id), '[]')
       FROM partner_secrets s WHERE s.partner_id = p.id AND s.revoked_at IS NULL) AS secrets
  FROM partners p`

async function read(db: Db, where: string, bindings: (string | number | string[])[]): Promise<TradingPartner[]> {
  const { rows } = await db.raw<{ rows: PartnerRow[] }>(`${WHOLE_PARTNER} ${where}`, bindings)
  return rows.map((row) => ({
    ...row,
    secrets: row.secrets.map((s) => ({
      ...s,
      sealed: Buffer.from(s.sealed, 'base64'),
      createdAt: new Date(s.createdAt),
    })),
  }))
}

export async function findPartner(db: Db, sellerId: string, id: string): Promise<TradingPartner | undefined> {
  const [partner] = await read(db, 'WHERE p.seller_id = ? AND p.id = ?', [sellerId, id])
  return partner
}

/** Partners of a seller after `after` (a partner id), at most `limit`, in order of id. */
export async function listPartners(
  db: Db,
  sellerId: string,
  after: string | undefined,
  limit: number,
): Promise<TradingPartner[]> {
  return after
    ? read(db, 'WHERE p.seller_id = ? AND p.id > ? ORDER BY p.id LIMIT ?', [sellerId, after, limit])
    : read(db, 'WHERE p.seller_id = ? ORDER BY p.id LIMIT ?', [sellerId, limit])
}

/** The active partner behind an address such as /oci/:slug; sellers are not known yet at that door. */
export async function findPartnerBySlug(db: Db, slug: string): Promise<TradingPartner | undefined> {
  const [partner] = await read(db, `WHERE p.slug = ? AND p.status = 'active'`, [slug])
  return partner
}

/** Active cXML partners that know one of these Sender credentials in this mode, whatever its spelling. */
export async function findPartnersBySender(
  db: Db,
  senders: readonly { domain: string; identity: string }[],
  mode: Mode,
): Promise<TradingPartner[]> {
  return read(
    db,
    `WHERE p.protocol = 'cxml' AND p.status = 'active' AND p.id IN (
       SELECT c.partner_id FROM partner_credentials c
       JOIN unnest(?::text[], ?::text[]) AS sender(domain, identity)
         ON lower(c.domain) = sender.domain AND lower(c.identity) = sender.identity
       WHERE c.party = 'sender' AND c.mode = ?)
     ORDER BY p.id LIMIT 50`,
    [senders.map((s) => s.domain.toLowerCase()), senders.map((s) => s.identity.toLowerCase()), mode],
  )
}

type NewPartner = Omit<TradingPartner, 'credentials' | 'secrets' | 'version' | 'createdAt' | 'updatedAt'> & {
  credentials: PartnerCredential[]
}

/** Adds a partner. Throws HubError conflict when the slug is taken. */
export async function insertPartner(db: Db, partner: NewPartner, at: Date): Promise<void> {
  const inserted = await db('partners')
    .insert({
      id: partner.id,
      seller_id: partner.sellerId,
      storefront_id: partner.storefrontId,
      slug: partner.slug,
      name: partner.name,
      protocol: partner.protocol,
      status: partner.status,
      profile: partner.profile,
      settings: JSON.stringify(partner.settings),
      mapping: JSON.stringify(partner.mapping),
      demo: partner.demo,
      created_at: at,
      updated_at: at,
    })
    .onConflict('slug')
    .ignore()
    .returning('id')
  if (inserted.length === 0) throw new HubError('conflict', `Another partner has the address name "${partner.slug}".`)
  await replaceCredentials(db, partner.id, partner.credentials)
}

/** Writes back a partner as read and changed. Throws HubError conflict when someone else changed it meanwhile. */
export async function updatePartner(db: Db, partner: Omit<TradingPartner, 'secrets'>, at: Date): Promise<void> {
  const changed = await db('partners')
    .where({ id: partner.id, seller_id: partner.sellerId, version: partner.version })
    .update({
      storefront_id: partner.storefrontId,
      name: partner.name,
      status: partner.status,
      profile: partner.profile,
      settings: JSON.stringify(partner.settings),
      mapping: JSON.stringify(partner.mapping),
      version: partner.version + 1,
      updated_at: at,
    })
  if (changed === 0)
    throw new HubError('conflict', 'Someone else changed this partner meanwhile. Read it again and repeat the change.')
  await replaceCredentials(db, partner.id, partner.credentials)
}

async function replaceCredentials(db: Db, partnerId: string, credentials: readonly PartnerCredential[]): Promise<void> {
  await db('partner_credentials').where({ partner_id: partnerId }).delete()
  if (credentials.length > 0)
    await db('partner_credentials').insert(credentials.map((c) => ({ ...c, partner_id: partnerId })))
}

/**
 * Adds a secret beside the live one, for rotation. Throws HubError conflict when two of this mode are alive: revoke one first.
 * Run it in a transaction: the partner's row is locked so that two at once don't make three.
 */
export async function insertSecret(
  db: Db,
  partnerId: string,
  secret: Pick<SealedSecret, 'id' | 'mode' | 'label' | 'shownBy' | 'sealed' | 'demo'>,
  at: Date,
): Promise<void> {
  await db('partners').select('id').where({ id: partnerId }).forUpdate()
  const live = await db('partner_secrets')
    .where({ partner_id: partnerId, mode: secret.mode, shown_by: secret.shownBy })
    .whereNull('revoked_at')
    .pluck('id')
  if (live.length >= LIVE_SECRETS)
    throw new HubError(
      'conflict',
      `There are ${LIVE_SECRETS} live ${secret.mode} secrets already. Revoke the older one first.`,
    )
  const { shownBy, ...rest } = secret
  await db('partner_secrets').insert({ ...rest, shown_by: shownBy, partner_id: partnerId, created_at: at })
}

/** Revokes a secret at once. False when the partner has no such live secret. */
export async function revokeSecret(db: Db, partnerId: string, secretId: string, at: Date): Promise<boolean> {
  const changed = await db('partner_secrets')
    .where({ partner_id: partnerId, id: secretId })
    .whereNull('revoked_at')
    .update({ revoked_at: at })
  return changed > 0
}
