// What the ERP says of a company account, for the storefront API: credit, ship-to addresses, prices. Old data is shown and said to be old.
import { z } from 'zod'
import type { Reach } from '../accounts/access.ts'
import type { Account } from '../accounts/account.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { availableCredit, isMixed } from '../credit/check-credit.ts'
import { findCustomer, findStanding, listOpenItems } from '../credit/credit-store.ts'
import type { ErpConnection } from '../erp/erp-connection.ts'
import { findConnectionOf } from '../erp/erp-connection-store.ts'
import { findFreshness } from '../erp/freshness.ts'
import { listPrices, listShipTos } from '../erp/master-data.ts'
import type { Hub } from '../hub.ts'
import { sumOpenInvoices } from '../invoices/invoice-list.ts'
import { findUnseenByErp } from '../orders/order-store.ts'
import { erpLabel } from './erp-label.ts'
import {
  amount,
  currency,
  dateShown,
  day,
  readTextCursor,
  term,
  timeShown,
  todayIn,
  writeTextCursor,
} from './list-query.ts'
import { answerRevalidated } from './revalidate.ts'
import { jsonRoute, type Route } from './route.ts'

const TAG = 'Accounts'
/** Open items of a customer that are listed; the sums have all of them. */
const MOST_ITEMS = 200

const credit = z
  .object({
    accountId: z.uuid(),
    customerNumber: z.string().nullable().describe('null: neither it nor an account above has one, so no ERP knows it'),
    customerAccountId: z.uuid().nullable().describe('whose customer number it is: the account’s own, or of one above'),
    currency: currency.nullable().describe('of the limit'),
    limit: amount.nullable().describe('null: no limit, or the ERP never said (see `limited`)'),
    limited: z.boolean().nullable().describe('false: no limit; null: the ERP never said'),
    limitAsOf: timeShown.nullable().describe('when the ERP said so'),
    blocked: z.boolean(),
    blockReason: z.string().nullable(),
    balance: amount.nullable().describe('what the customer owes; negative = in credit'),
    balanceCurrency: currency.nullable().describe('of `balance` and `openOrders`'),
    balanceAsOf: timeShown.nullable(),
    openOrders: amount.nullable().describe('ordered in the ERP and not invoiced yet'),
    onTheirWay: amount.describe('orders in `currency` in the hub that the ERP does not count yet'),
    available: amount.nullable().describe('limit - balance - openOrders - onTheirWay; null: no limit, or none known'),
    unknownBecause: z.string().nullable().describe('why `available` can’t be told although there is a limit'),
    openInvoices: z
      .array(
        z.object({
          currency,
          count: z.int(),
          amount,
          overdueCount: z.int(),
          overdueAmount: amount,
        }),
      )
      .describe('per currency'),
    openItems: z
      .array(
        z.object({
          erpId: z.string(),
          documentNumber: z.string().nullable(),
          kind: z.enum(['invoice', 'credit-note', 'payment', 'other']),
          date: dateShown,
          dueDate: dateShown.nullable(),
          currency,
          amount,
          openAmount: amount.describe('positive = the customer owes it'),
        }),
      )
      .describe(`oldest due first, ${MOST_ITEMS} at most`),
    erp: erpLabel.nullable().describe('null: there is no ERP connection'),
  })
  .meta({ id: 'Credit' })

const address = z.object({
  addressId: z.string().nullable(),
  name: z.string(),
  street: z.array(z.string()),
  city: z.string().nullable(),
  state: z.string().nullable(),
  postalCode: z.string().nullable(),
  countryCode: z.string().nullable().describe('ISO 3166-1 alpha-2'),
  email: z.string().nullable(),
  phone: z.string().nullable(),
})

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional().describe('`next` of the page before'),
})

const price = z
  .object({
    partId: z.string(),
    ofCustomer: z.boolean().describe('false: the list price'),
    currency,
    unitPrice: amount.describe('net, for `priceUnit` units'),
    priceUnit: z.string(),
    unit: z.string(),
    minimumQuantity: z.string(),
    validFrom: dateShown.nullable(),
    validTo: dateShown.nullable(),
  })
  .meta({ id: 'Price' })

interface Customer {
  account: Account
  /** As which it orders: its own number or the nearest one above. */
  customerNumber: string | null
  customerAccountId: string | null
  connection: ErpConnection | undefined
}

/** The account of the caller's seller with the ERP it lives in, or 404. */
async function customerOr404(hub: Hub, reach: Reach, id: string | undefined): Promise<Customer> {
  const account = await accountWithin(hub.db, reach, id)
  const [connection, customer] = await Promise.all([
    findConnectionOf(hub.db, reach.sellerId, account.id),
    findCustomer(hub.db, reach.sellerId, account.id),
  ])
  const { customerNumber = null, accountId: customerAccountId = null } = customer ?? {}
  return { account, connection, customerNumber, customerAccountId }
}

async function readCredit(hub: Hub, { account, connection, customerNumber, customerAccountId }: Customer) {
  const { db } = hub
  const { sellerId } = account
  const known = connection && customerNumber ? { connectionId: connection.id, customerNumber } : undefined
  const streams = ['balances', 'creditLimits', 'openItems', 'invoices'] as const
  const standing = known && (await findStanding(db, known.connectionId, known.customerNumber))
  const [onTheirWay, openInvoices, openItems, erp] = await Promise.all([
    known && standing ? findUnseenByErp(db, known.connectionId, known.customerNumber, standing.currency) : '0',
    known ? sumOpenInvoices(db, known.connectionId, known.customerNumber, todayIn(hub)) : [],
    known ? listOpenItems(db, known.connectionId, known.customerNumber, MOST_ITEMS) : [],
    findFreshness(db, sellerId, connection?.id ?? null, streams, hub.now()),
  ])
  return {
    accountId: account.id,
    customerNumber,
    customerAccountId,
    currency: standing?.currency ?? null,
    limit: standing?.creditLimit ?? null,
    limited: standing?.limited ?? null,
    limitAsOf: standing?.limitAsOf ?? null,
    blocked: standing?.blocked ?? false,
    blockReason: standing?.blockReason ?? null,
    balance: standing?.balance ?? null,
    balanceCurrency: standing?.balanceCurrency ?? null,
    balanceAsOf: standing?.balanceAsOf ?? null,
    openOrders: standing?.openOrders ?? null,
    onTheirWay,
    available: availableCredit(standing, onTheirWay),
    unknownBecause: isMixed(standing)
      ? `The limit is in ${standing?.currency}, the balance in ${standing?.balanceCurrency}: the hub does not add them up.`
      : null,
    openInvoices,
    openItems: openItems.map(({ customerNumber: _, ...item }) => item),
    erp,
  }
}

export const creditRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/credit',
    who: 'invoices:read',
    may: 'credit.view',
    tag: TAG,
    summary: 'Credit of a company account, as the ERP has it',
    description:
      'Limit, balance and open items as the ERP said them, what is on its way there from the hub, and how old the ERP’s word is: it is shown however old it is, and `erp.stale` says so.',
    answer: credit,
    async handle(hub, { params, reach, res }) {
      return answerRevalidated(res, await readCredit(hub, await customerOr404(hub, reach, params.id)))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/ship-tos',
    who: 'orders:read',
    may: 'address.view',
    tag: TAG,
    summary: 'Ship-to addresses of a company account, as the ERP has them',
    query: pageQuery,
    answer: z.object({
      items: z.array(z.object({ erpId: z.string(), address }).meta({ id: 'ShipTo' })),
      next: z.string().nullable(),
      erp: erpLabel.nullable(),
    }),
    async handle(hub, { params, query, reach, res }) {
      const { connection, customerNumber } = await customerOr404(hub, reach, params.id)
      const [after] = query.cursor ? readTextCursor(query.cursor, 1) : []
      const [rows, erp] = await Promise.all([
        connection && customerNumber ? listShipTos(hub.db, connection.id, customerNumber, after, query.limit + 1) : [],
        findFreshness(hub.db, reach.sellerId, connection?.id ?? null, ['shipTos'], hub.now()),
      ])
      const kept = rows.slice(0, query.limit)
      const last = rows.length > query.limit ? kept.at(-1) : undefined
      return answerRevalidated(res, {
        items: kept.map(({ erpId, address }) => ({ erpId, address })),
        next: last ? writeTextCursor([last.erpId]) : null,
        erp,
      })
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/prices',
    who: 'orders:read',
    may: 'cart.view',
    tag: TAG,
    summary: 'Prices of a company account, as the ERP has them',
    description: 'Prices agreed with the customer and list prices, by part number; of both, the customer’s own holds.',
    query: pageQuery.extend({
      partId: term.optional().describe('our part number'),
      day: day.optional().describe('prices of this day; today where absent'),
    }),
    answer: z.object({ items: z.array(price), next: z.string().nullable(), erp: erpLabel.nullable() }),
    async handle(hub, { params, query, reach, res }) {
      const { connection, customerNumber } = await customerOr404(hub, reach, params.id)
      const [itemNumber = '', erpId = ''] = query.cursor ? readTextCursor(query.cursor, 2) : []
      const [rows, erp] = await Promise.all([
        connection
          ? listPrices(
              hub.db,
              {
                connectionId: connection.id,
                customerNumber,
                partId: query.partId,
                day: query.day ?? todayIn(hub),
              },
              query.cursor ? { itemNumber, erpId } : undefined,
              query.limit + 1,
            )
          : [],
        findFreshness(hub.db, reach.sellerId, connection?.id ?? null, ['prices'], hub.now()),
      ])
      const kept = rows.slice(0, query.limit)
      const last = rows.length > query.limit ? kept.at(-1) : undefined
      return answerRevalidated(res, {
        items: kept.map((p) => ({
          partId: p.itemNumber,
          ofCustomer: p.customerNumber !== null,
          currency: p.currency,
          unitPrice: p.unitPrice,
          priceUnit: p.priceUnit,
          unit: p.unitOfMeasure,
          minimumQuantity: p.minimumQuantity,
          validFrom: p.validFrom,
          validTo: p.validTo,
        })),
        next: last ? writeTextCursor([last.itemNumber, last.erpId]) : null,
        erp,
      })
    },
  }),
]
