// Who sent this: Sender credential and SharedSecret -> trading partner. A network such as Ariba is the Sender of many buyers, so
// the Sender is authenticated and From (and To, where partners of several sellers share a Sender) chooses the partner.
import { HubError } from '../errors.ts'
import { type Keyring, open, sameSecret } from '../secrets.ts'
import { type Mode, type PartnerCredential, SECRET_PURPOSE, type TradingPartner } from './partner.ts'

export interface Identity {
  domain: string
  identity: string
}

/** The three parties of a cXML Header, with the Sender's SharedSecret. */
export interface Parties {
  from: Identity[]
  to: Identity[]
  sender: Identity[]
  secret: string | null
  mode: Mode
}

/** In production the demo's secrets, which everyone knows, are refused. */
export interface SecretRules {
  refuseDemo: boolean
}

/** One text for every failure: which half was wrong is the partner's admin's to know, from the document's findings. */
const REFUSAL =
  'The Sender credential or its SharedSecret is not known here. Check domain, identity, secret and deploymentMode.'

/**
 * Finds the partner of a cXML header among those that know its Sender. Throws HubError unauthenticated; its `cause` says, for the
 * log and the document's findings only, what was wrong. Takes the same time whether the Sender or the secret is wrong.
 */
export function authenticatePartner(
  keys: Keyring,
  candidates: readonly TradingPartner[],
  parties: Parties,
  options: SecretRules,
): TradingPartner {
  const refuse = (why: string) => new HubError('unauthenticated', REFUSAL, { cause: why })
  const trusted = candidates.filter((partner) => secretFits(keys, partner, parties.mode, parties.secret, options))
  if (candidates.length === 0) {
    sameSecret(parties.secret ?? '', 'spends the time a comparison takes')
    throw refuse(`no partner has this Sender in ${parties.mode} mode`)
  }
  if (trusted.length === 0) throw refuse('the SharedSecret is wrong')
  const meant = trusted.filter((partner) => names(partner, 'from', parties) && names(partner, 'to', parties))
  const [only] = meant
  if (!only) throw refuse('the Sender is right, but no partner has this From and To')
  if (meant.length > 1)
    throw refuse(`${meant.length} partners have this Sender, From and To: make their credentials differ`)
  return only
}

/** Whether the partner lists one of the document's credentials for this party; a partner that lists none takes any. */
function names(partner: TradingPartner, party: 'from' | 'to', parties: Parties): boolean {
  const listed = partner.credentials.filter((c) => c.party === party && c.mode === parties.mode)
  return listed.length === 0 || listed.some((c) => parties[party].some((given) => sameIdentity(c, given)))
}

function sameIdentity(a: Pick<PartnerCredential, 'domain' | 'identity'>, b: Identity): boolean {
  return a.domain.toLowerCase() === b.domain.toLowerCase() && a.identity.toLowerCase() === b.identity.toLowerCase()
}

/** Compares with every live secret of the mode, all of them always, in constant time each. */
export function secretFits(
  keys: Keyring,
  partner: TradingPartner,
  mode: Mode,
  given: string | null,
  options: SecretRules,
): boolean {
  let fits = false
  const shown = partner.secrets.filter((s) => s.shownBy === 'partner' && s.mode === mode)
  for (const secret of shown.filter((s) => !(s.demo && options.refuseDemo)))
    if (sameSecret(open(keys, SECRET_PURPOSE, secret.sealed).toString(), given ?? '')) fits = given !== null
  return fits
}

/** OCI call-up: USERNAME and PASSWORD of a partner already known by its address. Throws HubError unauthenticated. */
export function authenticateOciUser(
  keys: Keyring,
  partner: TradingPartner,
  username: string,
  password: string,
  options: SecretRules,
): Mode {
  for (const mode of ['production', 'test'] as const) {
    const known = partner.credentials.some(
      (c) => c.party === 'user' && c.mode === mode && c.identity.toLowerCase() === username.toLowerCase(),
    )
    const fits = secretFits(keys, partner, mode, password, options)
    if (known && fits) return mode
  }
  throw new HubError('unauthenticated', 'USERNAME or PASSWORD is not known here.')
}

/**
 * The SharedSecret we show a partner's system: the newest kept for that, else the newest of those it shows us, as networks with one
 * secret per account want it. Null = none of this mode.
 */
export function secretToShow(keys: Keyring, partner: TradingPartner, mode: Mode): string | null {
  const newest = (shownBy: 'partner' | 'us') =>
    partner.secrets.filter((s) => s.mode === mode && s.shownBy === shownBy).at(-1)
  const secret = newest('us') ?? newest('partner')
  return secret ? open(keys, SECRET_PURPOSE, secret.sealed).toString() : null
}
