// Order history of the storefront API: orders of every channel, searched, filtered, exported, and one order with all that came of it.

import { z } from 'zod'
import { type Reach, reachOf } from '../accounts/access.ts'
import { addressSchema } from '../cart.ts'
import { eachBatch } from '../database/keyset.ts'
import { listDeliveries } from '../documents/delivery-store.ts'
import { listDocuments } from '../documents/document-store.ts'
import { findFreshness, recentFreshness } from '../erp/freshness.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { listInvoicesOfOrder } from '../invoices/invoice-list.ts'
import { type Channel, holdReasons, type OrderState, orderTransitions } from '../orders/order.ts'
import {
  countOrders,
  listOrders,
  type OrderFilter,
  type OrderSummary,
  readOrder,
  wordsOf,
} from '../orders/order-history.ts'
import { listDifferences, listEvents, listLines } from '../orders/order-store.ts'
import { differenceFields } from '../partners/partner.ts'
import { findLeft } from '../payments/what-is-left.ts'
import { listShipmentsOfOrder } from '../shipments/shipment-list.ts'
import { listShipmentLines } from '../shipments/shipment-store.ts'
import type { Columns } from './csv.ts'
import { erpLabel, erpLabels } from './erp-label.ts'
import { invoiceShown, showInvoice } from './invoices.ts'
import {
  accountQuery,
  accountsOf,
  amount,
  anyOf,
  asKeysetPage,
  currency,
  dateShown,
  day,
  flag,
  keysetPageOf,
  listQuery,
  pageRequest,
  term,
  timeShown,
  todayIn,
  zoneParameter,
} from './list-query.ts'
import { answerRevalidated } from './revalidate.ts'
import { jsonRoute, type Route } from './route.ts'
import { shipmentShown, showShipment } from './shipments.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'Orders'

const states = Object.keys(orderTransitions) as [OrderState, ...OrderState[]]
export const channels = ['punchout', 'web', 'phone', 'edi', 'erp'] as const satisfies readonly Channel[]

/** What narrows a list of orders; spend reports too. */
export const orderFilterQuery = {
  ...accountQuery,
  personId: z.uuid().optional().describe('who ordered'),
  state: anyOf(states)
    .optional()
    .describe(`one or more of ${states.join(', ')}, with commas`)
    .meta({ example: 'accepted,confirmed' }),
  channel: anyOf(channels)
    .optional()
    .describe(`one or more of ${channels.join(', ')}, with commas`),
  from: day.optional().describe('first day ordered on'),
  to: day.optional().describe('last day ordered on'),
  zone: zoneParameter,
  partId: term.optional().describe('with a line of this product (our part number)'),
  productGroup: term.optional().describe('with a line of this product group'),
  project: term.optional().describe('project code'),
  costCentre: term.optional().describe('cost centre').meta({ example: 'FAC-310' }),
}

const filterQuery = {
  ...orderFilterQuery,
  mode: z.enum(['test', 'production']).optional().describe('orders with deploymentMode test, or the others'),
  poNumber: term.optional().describe('the buyer’s number of the order, whole').meta({ example: '4500012345' }),
  held: flag.optional().describe('true: only those that wait for a person'),
  q: term
    .optional()
    .describe('search: beginnings of words of the numbers, people, places, part numbers and texts of an order')
    .meta({ example: '4500 toner' }),
}

const ordersQuery = listQuery.extend(filterQuery)
const exportQuery = z.strictObject(filterQuery)

const hold = z.object({
  reason: z.enum(Object.keys(holdReasons) as [keyof typeof holdReasons]),
  message: z.string().describe('for the person who decides'),
})

const summary = z.object({
  id: z.uuid(),
  accountId: z.uuid().nullable().describe('null: no account has this customer number yet'),
  accountName: z.string().nullable().meta({ example: 'City of Almere' }),
  personId: z.uuid().nullable(),
  personName: z.string().nullable(),
  channel: z.enum(channels).describe('how it came in; erp = the ERP does not say'),
  mode: z.enum(['test', 'production']),
  kind: z.enum(['regular', 'blanket', 'release']),
  state: z
    .enum(states)
    .describe('received: on its way to the ERP; accepted: the ERP has it; confirmed: the ERP promised it'),
  poNumber: z.string().nullable().describe('the buyer’s number').meta({ example: '4500012345' }),
  erpNumber: z.string().nullable().describe('the ERP’s number').meta({ example: 'SO-10231' }),
  customerNumber: z.string().nullable(),
  orderedAt: timeShown,
  requestedDate: dateShown.nullable(),
  currency,
  netAmount: amount,
  taxAmount: amount.nullable(),
  shippingAmount: amount.nullable(),
  totalAmount: amount,
  costCentre: z.string().nullable(),
  projectCode: z.string().nullable(),
  contactName: z.string().nullable(),
  holds: z.array(hold).describe('why it waits; empty = it does not'),
  connectionId: z.uuid().nullable().describe('ERP connection'),
  createdAt: timeShown.describe('when the hub learnt of it'),
  updatedAt: timeShown.describe('when the hub’s record of it changed last'),
})

const orderSummary = summary.meta({ id: 'OrderSummary' })

/** As it was read: fifty copies would take longer than reading them. */
function showSummary(order: Partial<OrderSummary>): Partial<OrderSummary> {
  order.position = undefined
  return order
}

const quantity = z.string().describe('decimal text').meta({ example: '12' })

const line = z
  .object({
    lineNumber: z.int(),
    parentLineNumber: z.int().nullable(),
    supplierPartId: z.string(),
    auxiliaryId: z.string().nullable(),
    buyerPartId: z.string().nullable(),
    description: z.string(),
    productGroup: z.string().nullable(),
    quantity,
    unit: z.string().meta({ example: 'EA' }),
    unitPrice: amount.describe('net, for `priceUnit` units'),
    priceUnit: quantity,
    netAmount: amount,
    requestedDate: dateShown.nullable(),
    details: z
      .record(z.string(), z.unknown())
      .describe('accounting, classifications, comments, the ERP’s own price ...'),
    cartSessionId: z.uuid().nullable().describe('the punchout this line came from'),
    cartLineNumber: z.int().nullable(),
    erpLineId: z.string().nullable(),
    confirmedQuantity: quantity.nullable(),
    confirmedDate: dateShown.nullable(),
    shippedQuantity: quantity.nullable(),
    invoicedQuantity: quantity.nullable(),
    rejectionReason: z.string().nullable().describe('why it will not be delivered'),
  })
  .meta({ id: 'OrderLine' })

const order = summary
  .extend({
    partnerId: z.uuid().nullable(),
    storefrontId: z.uuid().nullable(),
    sessionId: z.uuid().nullable(),
    membershipId: z.uuid().nullable().describe('as what of the account’s the person ordered'),
    placedBy: z.uuid().nullable().describe('the agent who placed it for the person'),
    requisitionId: z.uuid().nullable(),
    poVersion: z.string().nullable(),
    agreement: z.string().nullable(),
    contactEmail: z.string().nullable(),
    shipTo: addressSchema.nullable(),
    details: z.record(z.string(), z.unknown()).describe('bill-to, contacts, comments, payment terms ...'),
    endReason: z.string().nullable().describe('why it was rejected or cancelled'),
    cancelAsked: z.boolean().describe('cancelled by the buyer, the ERP still has to say yes'),
    erpId: z.string().nullable(),
    erpState: z.string().nullable(),
    revision: z.int().describe('counts changes of what was ordered'),
    lines: z.array(line),
    events: z.array(
      z.object({
        id: z.uuid(),
        kind: z.string().meta({ example: 'confirmation-sent' }),
        detail: z.record(z.string(), z.unknown()),
        documentId: z.uuid().nullable(),
        at: timeShown,
      }),
    ),
    differences: z
      .array(
        z.object({
          lineNumber: z.int(),
          field: z.enum(differenceFields),
          cartValue: z.string().nullable(),
          orderValue: z.string().nullable(),
        }),
      )
      .describe('what the buyer’s system changed between the cart and the order'),
    shipments: z.array(shipmentShown),
    invoices: z.array(invoiceShown),
    documents: z
      .array(
        z.object({
          id: z.uuid(),
          direction: z.enum(['in', 'out']),
          protocol: z.enum(['cxml', 'oci', 'ubl', 'erp']),
          kind: z.string().meta({ example: 'OrderRequest' }),
          createdAt: timeShown,
        }),
      )
      .describe('wire documents; their bytes are at /api/v1/documents/{id}/content'),
    deliveries: z
      .array(
        z.object({
          id: z.uuid(),
          kind: z.string().meta({ example: 'ConfirmationRequest' }),
          subjectId: z.uuid().describe('order, shipment or invoice it tells of'),
          documentId: z.uuid(),
          way: z.enum(['post', 'mailbox']),
          state: z.enum(['waiting', 'delivered', 'refused', 'given-up']),
          statusCode: z.int().nullable(),
          statusText: z.string().nullable(),
          buyerStatus: z.string().nullable().describe('what the buyer’s system said of it later'),
          buyerStatusAt: timeShown.nullable(),
          createdAt: timeShown,
          updatedAt: timeShown,
        }),
      )
      .describe('what the buyer’s system was told'),
    erp: erpLabel.nullable().describe('how fresh the ERP’s part is; null = no ERP has this order yet'),
  })
  .meta({ id: 'Order' })

/** What the parameters of lists and reports ask for. */
export function orderFilter(
  hub: Hub,
  reach: Reach,
  query: z.output<z.ZodObject<typeof orderFilterQuery>>,
  accountIds: readonly string[] | undefined,
): OrderFilter {
  return {
    reach,
    accountIds,
    personId: query.personId,
    states: query.state,
    channels: query.channel,
    from: query.from,
    to: query.to,
    zone: query.zone ?? hub.config.timeZone,
    partId: query.partId,
    productGroup: query.productGroup,
    projectCode: query.project,
    costCentre: query.costCentre,
  }
}

async function toFilter(hub: Hub, reach: Reach, query: z.output<typeof exportQuery>): Promise<OrderFilter> {
  const accountIds = await accountsOf(hub.db, reach.sellerId, query)
  return {
    ...orderFilter(hub, reach, query, accountIds),
    mode: query.mode,
    poNumber: query.poNumber,
    held: query.held,
    words: query.q === undefined ? undefined : wordsOf(query.q),
  }
}

const columns: Columns<OrderSummary> = {
  id: (o) => o.id,
  ordered_at: (o) => o.orderedAt,
  po_number: (o) => o.poNumber,
  erp_number: (o) => o.erpNumber,
  state: (o) => o.state,
  channel: (o) => o.channel,
  mode: (o) => o.mode,
  kind: (o) => o.kind,
  account: (o) => o.accountName,
  account_id: (o) => o.accountId,
  customer_number: (o) => o.customerNumber,
  person: (o) => o.personName,
  contact: (o) => o.contactName,
  cost_centre: (o) => o.costCentre,
  project: (o) => o.projectCode,
  requested_date: (o) => o.requestedDate,
  currency: (o) => o.currency,
  net_amount: (o) => o.netAmount,
  tax_amount: (o) => o.taxAmount,
  shipping_amount: (o) => o.shippingAmount,
  total_amount: (o) => o.totalAmount,
  held_for: (o) => o.holds.map((h) => h.reason).join(' '),
  updated_at: (o) => o.updatedAt,
}

const list = jsonRoute({
  method: 'get',
  path: '/api/v1/orders',
  who: 'orders:read',
  may: 'order.view',
  tag: TAG,
  summary: 'List orders of every channel, newest first',
  description:
    'Punchout, web, phone, EDI and ERP orders in one list. Filters narrow together. The answer carries an ETag: send it as `If-None-Match` and an unchanged page is a 304.',
  query: ordersQuery,
  answer: keysetPageOf(orderSummary, erpLabels),
  async handle(hub, { query, reach, res }) {
    const { db } = hub
    const filter = await toFilter(hub, reach, query)
    const page = await pageRequest(db, query)
    const [rows, erp, count] = await Promise.all([
      listOrders(db, filter, { ...page, limit: page.limit + 1 }),
      recentFreshness(db, reach.sellerId, ['orders'], hub.now()),
      query.count ? countOrders(db, filter) : undefined,
    ])
    return answerRevalidated(res, { ...asKeysetPage(rows, page.limit, page, showSummary), count, erp })
  },
})

export const orderRoutes: Route[] = [
  ...withCsv(list, {
    name: 'orders',
    query: exportQuery,
    columns,
    async *rows(hub, query, reach) {
      const filter = await toFilter(hub, reach, query)
      yield* eachBatch((page) => listOrders(hub.db, filter, page))
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/orders/:id',
    who: 'orders:read',
    may: 'order.view',
    tag: TAG,
    summary: 'Read an order with all that came of it',
    description:
      'Lines, events, differences to the cart, shipments with tracking, invoices, wire documents, and what the buyer’s system was told.',
    answer: order,
    async handle(hub, { params, access, reach, res }) {
      const { db } = hub
      const { sellerId } = reach
      const found = await readOrder(db, reach, params.id ?? '')
      if (!found) throw new HubError('not_found', 'There is no such order.')
      const { id } = found
      // A person sees of it what their other permissions let them.
      const parts = { shipments: reachOf(access, 'shipment.view'), invoices: reachOf(access, 'invoice.view') }
      const [lines, events, differences, shipments, invoices, documents, deliveries, erp] = await Promise.all([
        listLines(db, id),
        listEvents(db, id),
        listDifferences(db, id),
        parts.shipments ? listShipmentsOfOrder(db, parts.shipments, id) : [],
        parts.invoices ? listInvoicesOfOrder(db, parts.invoices, id, todayIn(hub)) : [],
        access.person ? [] : listDocuments(db, { sellerId, orderId: id }, undefined, 200),
        listDeliveries(db, sellerId, { orderId: id }),
        findFreshness(db, sellerId, found.connectionId, ['orders', 'shipments', 'invoices'], hub.now()),
      ])
      const shipmentLines = await listShipmentLines(
        db,
        shipments.map((s) => s.id),
      )
      const left = await findLeft(
        db,
        invoices.map((i) => i.id),
      )
      const { sellerId: _, onceKey: _k, pushUntil: _p, documentId: _d, erpChangedAt: _e, ...rest } = found
      return answerRevalidated(res, {
        ...rest,
        lines,
        events: events.map(({ orderId: _, ...event }) => event),
        differences,
        shipments: shipments.map((s) =>
          showShipment(
            s,
            shipmentLines.filter((l) => l.shipmentId === s.id),
          ),
        ),
        invoices: invoices.map((i) => showInvoice(i, left.get(i.id))),
        documents: documents
          .reverse()
          .map(({ id, direction, protocol, kind, createdAt }) => ({ id, direction, protocol, kind, createdAt })),
        deliveries: deliveries.map((d) => ({
          id: d.id,
          kind: d.kind,
          subjectId: d.subjectId,
          documentId: d.documentId,
          way: d.way,
          state: d.state,
          statusCode: d.statusCode,
          statusText: d.statusText,
          buyerStatus: d.buyerStatus,
          buyerStatusAt: d.buyerStatusAt,
          createdAt: d.createdAt,
          updatedAt: d.updatedAt,
        })),
        erp,
      })
    },
  }),
]
