// What a person may order for: cost centres, projects, ship-tos, catalogues and an amount per order, and which of these the company
// knows. One check for cart, submit, approval, punchout return and inbound purchase order.
import type { Db } from '../database/database.ts'
import { prepared } from '../database/together.ts'
import { compareDecimals } from '../money.ts'

/** Lists hold codes; null = all, an empty list = none. */
export interface Limits {
  costCentres: string[] | null
  projects: string[] | null
  shipTos: string[] | null
  /** Catalogues or product groups. */
  catalogues: string[] | null
  /** Those of the account: a person's list narrows it, and takes nothing in. */
  accountCatalogues: string[] | null
  /** The most of one order, decimal text; null = no limit. */
  orderLimit: string | null
  orderLimitCurrency: string | null
  /** Of the codes asked about those the account or one above it has; null = it keeps no such list. */
  known: Record<'costCentres' | 'projects' | 'shipTos', Record<string, 'active' | 'closed'> | null>
  costCentreRequired: boolean
  projectRequired: boolean
}

/** What is to be ordered, and for what. */
export interface Wanted {
  costCentres: readonly string[]
  projects: readonly string[]
  /** Codes. Null = an address without a code; undefined = not chosen yet. */
  shipTo: string | null | undefined
  /** Other ship-tos, of single lines. */
  lineShipTos?: readonly (string | null)[]
  /** Per line; null = nobody knows of which the line is. */
  catalogues: readonly (string | null)[]
  productGroups: readonly (string | null)[]
  /** Null = an amount is no question here. */
  amount: { amount: string; currency: string } | null
}

export interface Violation {
  kind: 'cost-centre' | 'project' | 'ship-to' | 'catalogue' | 'order-limit'
  /** Null = it is missing. */
  code: string | null
  message: string
}

const nouns = { costCentres: 'cost centre', projects: 'project', shipTos: 'ship-to address' } as const
const kinds = { costCentres: 'cost-centre', projects: 'project', shipTos: 'ship-to' } as const

/** Everything that is against it, in words for people; empty = it may be ordered. Pure. */
export function checkRestrictions(limits: Limits, wanted: Wanted): Violation[] {
  const shipTos = [...(wanted.shipTo === undefined ? [] : [wanted.shipTo]), ...(wanted.lineShipTos ?? [])]
  return [
    ...checkCodes(limits, 'costCentres', wanted.costCentres, limits.costCentreRequired),
    ...checkCodes(limits, 'projects', wanted.projects, limits.projectRequired),
    ...checkCodes(limits, 'shipTos', shipTos, false),
    ...checkCatalogues(limits.catalogues, wanted, 'this person'),
    ...checkCatalogues(limits.accountCatalogues, wanted, 'this company'),
    ...checkAmount(limits, wanted.amount),
  ]
}

function checkCodes(
  limits: Limits,
  name: keyof Limits['known'],
  codes: readonly (string | null)[],
  required: boolean,
): Violation[] {
  const [kind, noun, allowed, known] = [kinds[name], nouns[name], limits[name], limits.known[name]]
  if (codes.length === 0) return required ? [{ kind, code: null, message: `It needs a ${noun}.` }] : []
  return [...new Set(codes)].flatMap((code): Violation[] => {
    const against = (message: string) => [{ kind, code, message }]
    // Without a code an address is none of the list; who may use all of them may write one.
    if (code === null) return allowed ? against(`The ${noun} has no code: only those of the list are allowed.`) : []
    if (allowed && !allowed.includes(code)) return against(`The ${noun} ${code} is not one this person may order for.`)
    if (known && !Object.hasOwn(known, code)) return against(`The ${noun} ${code} is not known at this company.`)
    if (known?.[code] === 'closed') return against(`The ${noun} ${code} is closed.`)
    return []
  })
}

function checkCatalogues(allowed: string[] | null, { catalogues, productGroups }: Wanted, who: string): Violation[] {
  if (!allowed) return []
  const places = Array.from({ length: Math.max(catalogues.length, productGroups.length) }, (_, i) => {
    const names = [catalogues[i], productGroups[i]].filter((name) => name != null)
    return names.some((name) => allowed.includes(name)) ? undefined : (names[0] ?? null)
  })
  return [...new Set(places)].flatMap((code) =>
    code === undefined
      ? []
      : [
          {
            kind: 'catalogue' as const,
            code,
            message:
              code === null
                ? `A line is of no catalogue that is known: ${who} may order from some only.`
                : `The catalogue ${code} is not one ${who} may order from.`,
          },
        ],
  )
}

function checkAmount({ orderLimit, orderLimitCurrency }: Limits, wanted: Wanted['amount']): Violation[] {
  if (orderLimit === null || wanted === null) return []
  const limit = `${orderLimit} ${orderLimitCurrency}`
  const against = (message: string): Violation[] => [{ kind: 'order-limit', code: null, message }]
  if (wanted.currency !== orderLimitCurrency)
    return against(`The order is in ${wanted.currency}; this person may order up to ${limit}.`)
  return compareDecimals(wanted.amount, orderLimit) > 0
    ? against(`The order of ${wanted.amount} ${wanted.currency} is over the ${limit} this person may order at once.`)
    : []
}

const LISTS = { costCentres: 'cost_centres', projects: 'projects', shipTos: 'ship_tos' } as const

/** The codes asked about, as the nearest account at or above `a` has them; null where none of them keeps a list. */
const knownCodes = (table: string, from: string) => `
  CASE WHEN EXISTS (SELECT FROM ${table} c WHERE c.account_id = ANY(${from})) THEN (
    SELECT coalesce(jsonb_object_agg(code, status), '{}') FROM (
      SELECT DISTINCT ON (c.code) c.code, c.status FROM ${table} c
      WHERE c.account_id = ANY(${from}) AND c.code = ANY(?::text[])
      ORDER BY c.code, array_position(a.path, c.account_id) DESC) n) END`

/** The accounts whose ship-tos an account has: its own and those above, up to one that has only its own. The cast keeps ANY from taking it for rows. */
export const shipToAccounts = `(SELECT array_agg(line.id) FROM unnest(a.path) WITH ORDINALITY AS line(id, depth)
  WHERE line.depth >= coalesce((SELECT max(x.depth) FROM unnest(a.path) WITH ORDINALITY AS x(id, depth)
    JOIN accounts own ON own.id = x.id WHERE own.properties->>'onlyOwnShipTos' = 'true'), 1))::uuid[]`

/** The limits of a membership, or of whoever orders for an account: by membership, else by person. Undefined = no such account. */
export async function findLimits(
  db: Db,
  who: { accountId: string; membershipId?: string | null | undefined; personId?: string | null | undefined },
  wanted: Wanted,
): Promise<Limits | undefined> {
  const shipTos = [wanted.shipTo, ...(wanted.lineShipTos ?? [])].filter((code) => code != null)
  const { rows } = await prepared<{ rows: Limits[] }>(
    db,
    `SELECT m.cost_centres AS "costCentres", m.projects, m.ship_tos AS "shipTos",
       m.catalogues, (SELECT ARRAY(SELECT jsonb_array_elements_text(t.terms->'catalogues'->'value'))
         WHERE t.terms \\? 'catalogues') AS "accountCatalogues",
       m.order_limit AS "orderLimit", m.order_limit_currency AS "orderLimitCurrency",
       jsonb_build_object('costCentres', ${knownCodes(LISTS.costCentres, 'a.path')},
         'projects', ${knownCodes(LISTS.projects, 'a.path')},
         'shipTos', ${knownCodes(LISTS.shipTos, shipToAccounts)}) AS known,
       coalesce((t.terms->'rules'->'value'->>'costCentreRequired')::boolean, false) AS "costCentreRequired",
       coalesce((t.terms->'rules'->'value'->>'projectRequired')::boolean, false) AS "projectRequired"
     FROM accounts a
     CROSS JOIN LATERAL (SELECT account_terms(a.id) AS terms) t
     LEFT JOIN memberships m ON m.account_id = a.id AND (m.id = ? OR (?::uuid IS NULL AND m.person_id = ?))
     WHERE a.id = ?`,
    [
      [...wanted.costCentres],
      [...wanted.projects],
      shipTos,
      who.membershipId ?? null,
      who.membershipId ?? null,
      who.personId ?? null,
      who.accountId,
    ],
  )
  return rows[0]
}

/** As checkRestrictions, of the limits as they are now: tightened since or not. */
export async function findViolations(
  db: Db,
  who: Parameters<typeof findLimits>[1],
  wanted: Wanted,
): Promise<Violation[]> {
  const limits = await findLimits(db, who, wanted)
  return limits ? checkRestrictions(limits, wanted) : []
}
