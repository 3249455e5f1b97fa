// The XML variant (OCI 3.0 and later): items -> BusinessDocument/Catalog/Product, the content of `~xmlDocument`.
import type { OciItem } from './items.ts'
import { OciError } from './oci-error.ts'

/** Element content: text, or elements in order. A part without content is not written. */
type Content = string | undefined | readonly Part[]
type Part = readonly [name: string, content: Content, attributes?: Readonly<Record<string, string | undefined>>]

/**
 * UTF-8 text of the document. What this variant has no element for (EXT_SCHEMA_TYPE, EXT_CATEGORY*, CUST_FIELD*,
 * ITEM_TYPE, PARENT_ID, TAX, SLD_SYS_NAME, extras) is not in it: `xmlLacks` names it. Throws OciError `illegal-character`
 * on text that XML 1.0 can't hold.
 */
export function renderXmlDocument(items: readonly OciItem[]): string {
  const products = items.map(
    (item): Part => ['Product', product(item), { ProductType: item.service ? 'Service' : 'Product' }],
  )
  const catalog: Part = ['BusinessDocument', [['Catalog', products]]]
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(catalog)}\n`
}

function product(item: OciItem): Part[] {
  return [
    ['ProductID', item.matnr],
    ['CatalogKey', item.extProductId],
    ['ParentCategoryID', item.matGroup],
    ['Description', item.description],
    [
      'Attachment',
      [
        ['URL', item.attachment],
        ['Description', item.attachmentTitle],
        ['Purpose', item.attachmentPurpose],
      ],
    ],
    [
      'ShoppingBasketItem',
      [
        ['Quantity', item.quantity, { UoM: item.unit }],
        [
          'NetPrice',
          [
            ['Price', item.price, { Currency: item.currency }],
            ['PriceUnit', item.priceUnit || '1'],
          ],
        ],
        ['LeadTime', item.leadTime],
        [
          'Quote',
          [
            ['QuoteID', item.extQuoteId],
            ['QuoteItemID', item.extQuoteItem],
          ],
        ],
        ['ItemText', item.longText],
      ],
    ],
    [
      'ManufacturerDescription',
      [
        ['PartnerProductID', item.manufactMat],
        ['PartnerID', item.manufactCode],
      ],
    ],
    [
      'VendorDescription',
      [
        ['PartnerProductID', item.vendorMat],
        ['PartnerID', item.vendor],
        [
          'BuyerContract',
          [
            ['ContractID', item.contract],
            ['ContractItemID', item.contractItem],
          ],
        ],
      ],
    ],
  ]
}

/** Fields of an item that the XML variant has no place for and that are therefore lost. */
export function xmlLacks(item: OciItem): (keyof OciItem)[] {
  return HOMELESS.filter((key) => (key === 'extra' ? Object.keys(item.extra ?? {}).length > 0 : Boolean(item[key])))
}

const HOMELESS = [
  'extSchemaType',
  'extCategoryId',
  'extCategory',
  'sldSysName',
  'custField1',
  'custField2',
  'custField3',
  'custField4',
  'custField5',
  'itemType',
  'parentId',
  'tax',
  'extra',
] as const satisfies (keyof OciItem)[]

function element([name, content, attributes = {}]: Part): string {
  const inner = typeof content === 'object' ? content.map(element).join('') : content ? escaped(content, name) : ''
  if (!inner && name !== 'Catalog') return ''
  const written = Object.entries(attributes).map(([key, value]) => (value ? ` ${key}="${escaped(value, key)}"` : ''))
  return `<${name}${written.join('')}>${inner}</${name}>`
}

const ILLEGAL = /(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u
const REFERENCES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

function escaped(text: string, name: string): string {
  if (ILLEGAL.test(text)) throw new OciError('illegal-character', name, `${name} holds a character that XML can't hold`)
  return text.replace(/[&<>"\t\n\r]/g, (c) => REFERENCES[c] ?? '')
}
