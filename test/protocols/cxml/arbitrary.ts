// Arbitrary small elements for property tests: whatever their texts hold, a document of them is DTD-valid and reads back.
import fc from 'fast-check'
import type { Distribution } from '../../../protocols/cxml/distribution.ts'
import type { Comments, Contact, ItemID, Shipping, Tax } from '../../../protocols/cxml/elements.ts'
import type { ItemIn, PriceBasisQuantity } from '../../../protocols/cxml/items.ts'
import type { IdReference, OrderReference } from '../../../protocols/cxml/references.ts'
import { contact } from './samples.ts'

/** Text XML can hold: no control characters, no half surrogates. */
export const text = fc
  .oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('00123', '10.50', '1e5', ' a  b ', '<![CDATA[x]]>', '&amp;', ']]>', '\r\n', '𝄞'),
  )
  .map((s) => s.replace(/[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/gu, ''))

/** Text whose surrounding blanks mean nothing. */
export const token = text.map((s) => s.trim())

export const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 })
export const yes = fc.constant('yes' as const)

export const lang = fc.constantFrom('en', 'nl-NL', 'x')
export const localText = fc.record({ lang, text })
export const money = fc.record(
  { amount: token, currency: fc.constantFrom('EUR', 'JPY'), alternateAmount: text, alternateCurrency: text },
  { requiredKeys: ['amount', 'currency'] },
)
export const amount = fc.record({ money })
export const description = fc.record({ lang, text, shortName: text, type: text }, { requiredKeys: ['lang', 'text'] })
export const extrinsic = fc.record({ name: text, value: text })
export const classification = fc.record({ domain: text, text, code: text }, { requiredKeys: ['domain', 'text'] })
export const contacts = fc.constant<Contact[]>([contact])
export const documentReference = fc.record({ payloadID: text })

export const idReference: fc.Arbitrary<IdReference> = fc.record(
  { identifier: text, domain: text, creator: localText, description },
  { requiredKeys: ['identifier', 'domain'] },
)

export const comments: fc.Arbitrary<Comments> = fc.record(
  { lang: text, type: text, text, attachments: some(fc.record({ url: token })) },
  { requiredKeys: ['text'] },
)

export const itemID: fc.Arbitrary<ItemID> = fc.record(
  { supplierPartID: text, supplierPartAuxiliaryID: text, buyerPartID: text },
  { requiredKeys: ['supplierPartID'] },
)

export const orderReference: fc.Arbitrary<OrderReference> = fc.record(
  { orderID: text, orderDate: text, documentReference },
  { requiredKeys: ['documentReference'] },
)

export const distribution: fc.Arbitrary<Distribution> = fc.record({
  accounting: fc.oneof(
    fc.record({ name: text, segments: some(fc.record({ type: text, id: text, description: text })) }),
    fc.record({ name: text, accountingSegments: some(fc.record({ id: text, name: localText, description })) }),
  ),
  charge: amount,
})

export const tax: fc.Arbitrary<Tax> = fc.record(
  {
    money,
    description,
    taxDetails: some(
      fc.record(
        {
          category: text,
          purpose: text,
          percentageRate: text,
          taxPointDate: text,
          exemptDetail: fc.constantFrom('zeroRated', 'exempt'),
          isVatRecoverable: yes,
          taxableAmount: amount,
          taxAmount: amount,
          taxLocation: localText,
          description,
          basePercentageRate: text,
          triangularTransactionLawReference: localText,
          taxExemption: fc.record({ exemptCode: text, exemptReason: localText }, { requiredKeys: ['exemptCode'] }),
          extrinsics: some(extrinsic),
        },
        { requiredKeys: ['category', 'taxAmount'] },
      ),
    ),
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['money', 'description'] },
)

export const shipping: fc.Arbitrary<Shipping> = fc.record(
  { money, description, tracking: text, trackingDomain: text },
  { requiredKeys: ['money', 'description'] },
)

export const priceBasisQuantity: fc.Arbitrary<PriceBasisQuantity> = fc.record(
  {
    quantity: text,
    conversionFactor: text,
    unitOfMeasure: token,
    descriptions: some(description).map((d) => d.slice(0, 1)),
  },
  { requiredKeys: ['quantity', 'conversionFactor', 'unitOfMeasure'] },
)

export const itemIn: fc.Arbitrary<ItemIn> = fc.record(
  {
    quantity: text,
    lineNumber: text,
    itemID,
    itemDetail: fc.record(
      {
        unitPrice: amount,
        descriptions: some(description),
        unitOfMeasure: token,
        priceBasisQuantity,
        classifications: some(classification),
        leadTime: token,
      },
      { requiredKeys: ['unitPrice', 'descriptions', 'unitOfMeasure', 'classifications'] },
    ),
    tax,
    shipping,
    extrinsics: some(extrinsic),
  },
  { requiredKeys: ['quantity', 'itemID', 'itemDetail'] },
)
