// Credit limits and blocks: CreditManagementAccount of API_CRDTMBUSINESSPARTNER, in the credit segment of the settings.
import type { Cursor, ErpCreditLimit, Page } from '../connector.ts'
import { compare } from '../decimal.ts'
import { api } from './api-names.ts'
import type { ODataV2 } from './odata-v2.ts'
import { type Scan, scanByDay } from './scan.ts'
import type { S4Settings } from './settings.ts'
import { allOf, dateOf, decimalOf, oneOf, type Row, stringLiteral, textOf } from './v2-values.ts'

const FILTER_SIZE = 30

/** All accounts each time: SAP keeps the day the limit changed, but not the day of a block. */
export async function* pullCreditLimits(
  odata: ODataV2,
  settings: S4Settings,
  after: Cursor | null,
  scan: Scan,
): AsyncGenerator<Page<'creditLimits'>> {
  const asked = scan.customerNumbers && (await partnersOf(odata, 'Customer', scan.customerNumbers, scan.signal))
  const listing = {
    api: api.credit,
    set: 'CreditManagementAccount',
    keys: ['BusinessPartner'],
    filter: allOf(
      `CreditSegment eq ${stringLiteral(settings.creditSegment)}`,
      asked && oneOf('BusinessPartner', asked.length > 0 ? asked.map(({ partner }) => partner) : ['']),
    ),
    select: [
      ...['BusinessPartner', 'CreditSegment', 'CreditLimitAmount', 'CreditLimitIsZero', 'CreditSegmentCurrency'],
      ...['CreditAccountIsBlocked', 'CreditAccountBlockReason', 'CreditLimitValidityEndDate'],
    ].join(','),
  }
  for await (const { rows, next } of scanByDay(odata, listing, after, scan)) {
    const numbers = rows.map((row) => textOf(row, 'BusinessPartner') ?? '')
    const partners = await partnersOf(odata, 'BusinessPartner', numbers, scan.signal)
    const customers = new Map(partners.map(({ partner, customer }) => [partner, customer]))
    const records = rows.flatMap((row) => {
      const customer = customers.get(textOf(row, 'BusinessPartner') ?? '')
      return customer ? [toCreditLimit(row, customer, scan.now())] : []
    })
    yield { records, next }
  }
}

/** Credit is kept by business partner; a customer may have another number. */
async function partnersOf(
  odata: ODataV2,
  field: 'BusinessPartner' | 'Customer',
  numbers: readonly string[],
  signal?: AbortSignal,
): Promise<{ partner: string; customer: string }[]> {
  if (numbers.length === 0) return []
  const filters: string[] = []
  for (let at = 0; at < numbers.length; at += FILTER_SIZE)
    filters.push(oneOf(field, numbers.slice(at, at + FILTER_SIZE)))
  const query = { select: 'BusinessPartner,Customer' }
  const lists = await odata.listMany(api.partners, 'A_BusinessPartner', query, filters, signal)
  return lists.flat().flatMap((row) => {
    const [partner, customer] = [textOf(row, 'BusinessPartner'), textOf(row, 'Customer')]
    return partner && customer ? [{ partner, customer }] : []
  })
}

function toCreditLimit(row: Row, customerNumber: string, now: Date): ErpCreditLimit {
  const amount = decimalOf(row, 'CreditLimitAmount')
  const validTo = dateOf(row, 'CreditLimitValidityEndDate')
  const ended = validTo !== null && validTo < now.toISOString().slice(0, 10)
  const blocked = row.CreditAccountIsBlocked === true
  const blockReason = textOf(row, 'CreditAccountBlockReason')
  return {
    customerNumber,
    erpId: customerNumber,
    currency: textOf(row, 'CreditSegmentCurrency') ?? '',
    // Zero is only a limit where SAP says so; else none was ever set.
    limit: compare(amount, '0') === 0 && row.CreditLimitIsZero !== true ? null : amount,
    blocked,
    reason: blocked
      ? `Blocked by credit management${blockReason ? ` (reason ${blockReason})` : ''}.`
      : ended
        ? `The limit was valid until ${validTo}.`
        : null,
    asOf: now.toISOString(),
  }
}
