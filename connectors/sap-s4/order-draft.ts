// An order of the hub as SAP takes it: the body of a deep create of A_SalesOrder, and its parts for later changes.
import type { ErpAddress, ErpOrderDraft, ErpOrderDraftLine } from '../connector.ts'
import { compare } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { trimmed } from './net-price.ts'
import { ONCE_KEY_FIELD, onceKeyReference } from './orders.ts'
import type { S4Settings } from './settings.ts'
import type { Units } from './units.ts'
import { v2Date } from './v2-values.ts'

/** Where it goes: to a ship-to party that SAP knows, or to an address written out in the order. */
export type ShipToChoice = { customer: string } | { address: Record<string, string> }

export interface DraftContext {
  settings: S4Settings
  units: Units
  /** Absent = where SAP sends the customer's goods anyway. */
  shipTo?: ShipToChoice | undefined
  /** What could not be handed over as it was, in words. */
  notes: string[]
}

/** The body of `POST A_SalesOrder`. Throws ErpError `refused` for what doesn't fit SAP's fields and must not be cut. */
export function orderBody(draft: ErpOrderDraft, onceKey: string, context: DraftContext): Record<string, unknown> {
  const { settings, shipTo } = context
  const purchaseOrderType = purchaseOrderTypeOf(draft, settings)
  return {
    SalesOrderType: settings.orderType,
    SalesOrganization: settings.salesOrganization,
    DistributionChannel: settings.distributionChannel,
    OrganizationDivision: settings.division,
    SoldToParty: draft.customerNumber,
    [ONCE_KEY_FIELD]: onceKeyReference(onceKey),
    ...headerFields(draft),
    ...(purchaseOrderType && { CustomerPurchaseOrderType: purchaseOrderType }),
    TransactionCurrency: draft.currency,
    to_Item: draft.lines.map((line) => itemBody(line, draft, context)),
    ...(shipTo && { to_Partner: [shipToBody(shipTo, draft.customerNumber)] }),
    ...textsBody(headerText(draft), settings.headerText, settings),
    ...freightBody(draft, context),
  }
}

/** Fields of the header that can change later, too. */
export function headerFields(draft: ErpOrderDraft): Record<string, string> {
  return {
    PurchaseOrderByCustomer: whole(draft.purchaseOrderNumber, 35, 'purchase order number'),
    CustomerPurchaseOrderDate: v2Date(draft.orderDate),
    ...(draft.requestedDeliveryDate && { RequestedDeliveryDate: v2Date(draft.requestedDeliveryDate) }),
  }
}

/** One line as A_SalesOrderItem, with price, text and, where it is wanted on a day of its own, its schedule line. */
export function itemBody(
  line: ErpOrderDraftLine,
  draft: ErpOrderDraft,
  context: DraftContext,
): Record<string, unknown> {
  const { settings, units } = context
  const ownDate = line.requestedDeliveryDate !== draft.requestedDeliveryDate ? line.requestedDeliveryDate : null
  return {
    UnderlyingPurchaseOrderItem: String(line.lineNumber),
    Material: whole(line.itemNumber, 40, `item number of line ${line.lineNumber}`),
    RequestedQuantity: line.quantity,
    RequestedQuantityISOUnit: units.toSap(line.unitOfMeasure),
    ...(line.unitPrice !== null && { to_PricingElement: [priceBody(line, draft.currency, context)] }),
    ...(ownDate && {
      to_ScheduleLine: [{ RequestedDeliveryDate: v2Date(ownDate), ScheduleLineOrderQuantity: line.quantity }],
    }),
    ...textsBody(line.comments, settings.itemText, settings),
  }
}

/** The agreed net price as a condition. SAP's pricing unit is a whole number: 1.25 for 0.5 becomes 12.5 for 5. */
export function priceBody(line: ErpOrderDraftLine, currency: string, context: DraftContext): Record<string, string> {
  const [units = '1', fraction = ''] = trimmed(line.priceUnit).split('.')
  const priceUnit = `${units}${fraction}`.replace(/^0+(?=\d)/, '')
  if (priceUnit.length > 5)
    throw new ErpError(
      'refused',
      `Line ${line.lineNumber}: SAP's price unit has at most five digits; the price is for ${line.priceUnit}.`,
    )
  return {
    ConditionType: context.settings.priceCondition,
    ConditionRateValue: shifted(line.unitPrice ?? '0', fraction.length),
    ConditionCurrency: currency,
    ConditionQuantity: priceUnit,
    ConditionQuantityISOUnit: context.units.toSap(line.unitOfMeasure),
  }
}

/** Times 10 to the power of `places`. */
function shifted(decimal: string, places: number): string {
  if (places === 0) return decimal
  const [whole = '0', fraction = ''] = decimal.split('.')
  const digits = fraction.padEnd(places, '0')
  const rest = digits.slice(places)
  return `${whole}${digits.slice(0, places)}`.replace(/^(-?)0+(?=\d)/, '$1') + (rest ? `.${rest}` : '')
}

export function shipToBody(shipTo: ShipToChoice, customerNumber: string): Record<string, unknown> {
  return 'customer' in shipTo
    ? { PartnerFunction: 'SH', Customer: shipTo.customer }
    : { PartnerFunction: 'SH', Customer: customerNumber, to_Address: [shipTo.address] }
}

const STREET_FIELDS = ['StreetName', 'StreetPrefixName1', 'StreetPrefixName2', 'StreetSuffixName1', 'StreetSuffixName2']

/** A_SalesOrderPartnerAddress. What is longer than SAP's field is cut, and noted. */
export function addressBody(address: ErpAddress, { settings, notes }: DraftContext): Record<string, string> {
  const fit = (text: string | null, length: number, what: string) => {
    if (text !== null && text.length > length) notes.push(`Ship-to ${what} "${text}" was cut to ${length} characters.`)
    return text === null ? '' : text.slice(0, length)
  }
  const [name1, name2] = splitName(address.name)
  if (address.street.length > STREET_FIELDS.length)
    notes.push(`Ship-to address: SAP has no room for "${address.street.slice(STREET_FIELDS.length).join(', ')}".`)
  return {
    CorrespondenceLanguage: settings.textLanguage,
    OrganizationName1: name1,
    OrganizationName2: fit(name2, 40, 'name'),
    ...Object.fromEntries(
      STREET_FIELDS.map((field, i) => [field, fit(address.street[i] ?? null, i === 0 ? 60 : 40, 'street')]),
    ),
    CityName: fit(address.city, 40, 'city'),
    PostalCode: fit(address.postalCode, 10, 'postal code'),
    Region: fit(address.state, 3, 'state'),
    Country: fit(address.countryCode, 3, 'country'),
    EmailAddress: fit(address.email, 241, 'e-mail address'),
    PhoneNumber: fit(address.phone, 30, 'telephone number'),
  }
}

/** Two names of 40 characters, split between words where there is one. */
function splitName(name: string): [string, string] {
  if (name.length <= 40) return [name, '']
  const space = name.lastIndexOf(' ', 40)
  return space > 0 ? [name.slice(0, space), name.slice(space + 1)] : [name.slice(0, 40), name.slice(40)]
}

/** Comments, and who to ask: SAP's contact person is a number, which the hub doesn't have. */
export function headerText({ comments, contact }: ErpOrderDraft): string | null {
  const person = [contact?.name, contact?.email && `<${contact.email}>`].filter(Boolean).join(' ')
  const parts = [comments, person && `Contact: ${person}`].filter(Boolean)
  return parts.length === 0 ? null : parts.join('\n')
}

function textsBody(text: string | null, textType: string, settings: S4Settings): Record<string, unknown> {
  return text === null ? {} : { to_Text: [textBody(text, textType, settings)] }
}

export function textBody(text: string, textType: string, { textLanguage }: S4Settings): Record<string, string> {
  return { Language: textLanguage, LongTextID: textType, LongText: text }
}

function freightBody(draft: ErpOrderDraft, { settings, notes }: DraftContext): Record<string, unknown> {
  const { shippingAmount } = draft
  if (shippingAmount === null || compare(shippingAmount, '0') === 0) return {}
  if (!settings.freightCondition) {
    notes.push(
      `Freight of ${shippingAmount} ${draft.currency} was quoted; it is not in SAP's order, as the connection has no freight condition.`,
    )
    return {}
  }
  const condition = { ConditionType: settings.freightCondition, ConditionRateValue: shippingAmount }
  return { to_PricingElement: [{ ...condition, ConditionCurrency: draft.currency }] }
}

function purchaseOrderTypeOf({ channel }: ErpOrderDraft, settings: S4Settings): string | undefined {
  return Object.entries(settings.purchaseOrderTypeChannels).find(([, of]) => of === channel)?.[0]
}

/** Cut, it would be another one. */
function whole(text: string, length: number, what: string): string {
  if (text.length <= length) return text
  throw new ErpError('refused', `The ${what} "${text}" is longer than the ${length} characters SAP keeps.`)
}
