// Typed documents of our own for the tests: every part of every document that has a codec, at least once.
import type { CxmlMessage, CxmlRequest, CxmlResponse } from '../../../protocols/cxml/document.ts'
import type { Address, Contact, Tax } from '../../../protocols/cxml/elements.ts'
import type { Header } from '../../../protocols/cxml/envelope.ts'
import type { ItemIn } from '../../../protocols/cxml/items.ts'
import type { PunchOutOperation } from '../../../protocols/cxml/punchout-setup-request.ts'
import { statusOf } from '../../../protocols/cxml/status.ts'

export const header: Header = {
  from: {
    credentials: [
      { domain: 'NetworkID', identity: 'AN01000000001-T', type: 'marketplace' },
      { domain: 'DUNS', identity: '065928196' },
    ],
  },
  to: { credentials: [{ domain: 'DUNS', identity: '012345678' }] },
  sender: {
    credentials: [
      {
        domain: 'NetworkID',
        identity: 'AN01000000087',
        credentialMac: {
          type: 'FromSenderCredentials',
          algorithm: 'HMAC-SHA1-96',
          creationDate: '2026-01-05T10:00:00-05:00',
          expirationDate: '2026-01-05T11:00:00-05:00',
          value: 'MnXkusp8Jj0lw3mf',
        },
      },
    ],
    userAgent: 'Tests 1.0',
  },
}

export const envelope = {
  payloadID: '1700000000.1.42@buyer.example',
  timestamp: '2026-01-05T10:00:00-05:00',
  version: '1.2.071',
  lang: 'en-US',
}

export const address: Address = {
  isoCountryCode: 'NL',
  addressID: '0042',
  addressIDDomain: 'buyerLocationID',
  name: { lang: 'nl', text: 'Gemeente Almere' },
  postalAddress: {
    name: 'default',
    deliverTo: ['Jörg Müller', 'Kamer 12'],
    street: ['Stadhuisplein 1', 'ingang C'],
    city: 'Almere',
    municipality: 'Almere',
    state: { isoStateCode: 'NL-FL', text: 'Flevoland' },
    postalCode: '1315 HR',
    country: { isoCountryCode: 'NL', text: 'Nederland' },
    extrinsics: [{ name: 'dock', value: '7' }],
  },
  email: { name: 'default', preferredLang: 'nl', address: 'jorg@almere.example' },
  phone: {
    name: 'work',
    telephoneNumber: {
      countryCode: { isoCountryCode: 'NL', text: '31' },
      areaOrCityCode: '036',
      number: '0001234',
      extension: '09',
    },
  },
  fax: { url: 'https://almere.example/fax' },
  url: 'https://almere.example/?a=1&b=2',
}

export const contact: Contact = {
  role: 'endUser',
  addressID: '7',
  name: { lang: 'nl', text: 'Jörg Müller' },
  ...(address.postalAddress && { postalAddresses: [address.postalAddress] }),
  emails: [{ address: 'a@almere.example' }, { address: 'b@almere.example', name: 'second' }],
  phones: address.phone ? [address.phone] : [],
  faxes: [{ name: 'x', email: { address: 'fax@almere.example' } }],
  urls: ['https://almere.example/a', 'https://almere.example/b'],
  extrinsics: [{ name: 'UniqueName', value: '00123' }],
}

const money = (amount: string) => ({ amount, currency: 'EUR' })

const tax: Tax = {
  money: money('2.10'),
  description: { lang: 'en', text: 'VAT', type: 'tax' },
  taxDetails: [
    {
      category: 'vat',
      purpose: 'tax',
      percentageRate: '21',
      taxPointDate: '2026-01-05T10:00:00-05:00',
      isVatRecoverable: 'yes',
      exemptDetail: 'zeroRated',
      taxableAmount: { money: money('10.00') },
      taxAmount: { money: money('2.10') },
      taxLocation: { lang: 'en', text: 'NL' },
      description: { lang: 'en', text: 'Dutch VAT' },
      extrinsics: [{ name: 'code', value: '1e5' }],
    },
  ],
  extrinsics: [{ name: 'x', value: 'y' }],
}

export const fullLine: ItemIn = {
  quantity: '0003.50',
  openQuantity: '1',
  promisedQuantity: '2',
  lineNumber: '1',
  itemType: 'composite',
  compositeItemType: 'groupLevel',
  itemClassification: 'material',
  itemCategory: 'text',
  itemID: { supplierPartID: '  00A 1  ', supplierPartAuxiliaryID: 'cfg=7|x<y>&"z"', buyerPartID: '000' },
  itemDetail: {
    unitPrice: { money: { amount: '10.50', currency: 'EUR', alternateAmount: '12.1000', alternateCurrency: 'USD' } },
    descriptions: [
      { lang: 'en', type: 'long', text: 'Büro & Stift „5€” 𝄞\nsecond line\r\ttab', shortName: 'Stift' },
      { lang: 'nl', text: 'Pen' },
    ],
    unitOfMeasure: 'C62',
    priceBasisQuantity: {
      quantity: '100',
      conversionFactor: '1',
      unitOfMeasure: 'C62',
      descriptions: [{ lang: 'en', text: 'per hundred' }],
    },
    classifications: [
      { domain: 'UNSPSC', text: '44121804' },
      { domain: 'eClass', code: '24-24-07-01', text: 'pens' },
    ],
    manufacturerPartID: '1e5',
    manufacturerName: 'Acme & Söhne',
    url: 'https://shop.example/p?id=1&x=2',
    leadTime: '05',
    extrinsics: [
      { name: 'colour', value: ' red ' },
      {
        name: 'nested',
        value: 'ab',
        content: ['a', { name: 'Money', attributes: { currency: 'EUR' }, children: ['1'] }, 'b'],
      },
    ],
  },
  supplierID: { domain: 'DUNS', text: '012345678' },
  shipTo: { address },
  shipping: {
    money: money('4.95'),
    description: { lang: 'en', text: 'Courier' },
    trackingDomain: 'SCAC',
    trackingId: '01',
    tracking: 'T',
  },
  tax,
  contacts: [contact],
  comments: [{ lang: 'en', type: 'note', text: 'See file', attachments: [{ url: 'cid:1@shop.example' }] }],
  extrinsics: [{ name: 'lineNote', value: 'x' }],
}

export const partLine: ItemIn = {
  quantity: '1',
  lineNumber: '2',
  parentLineNumber: '1',
  itemType: 'item',
  itemID: { supplierPartID: '00A-2' },
  itemDetail: {
    unitPrice: { money: money('0') },
    descriptions: [{ lang: 'en', text: 'Cap' }],
    unitOfMeasure: 'EA',
    classifications: [{ domain: 'UNSPSC', text: '44121804' }],
  },
}

export function cartMessage(...items: ItemIn[]): CxmlMessage {
  return {
    kind: 'Message',
    ...envelope,
    header,
    deploymentMode: 'test',
    inReplyTo: '1@buyer.example',
    content: {
      type: 'PunchOutOrderMessage',
      buyerCookie: ' c-42 ',
      header: {
        operationAllowed: 'edit',
        quoteStatus: 'pending',
        sourcingStatus: { action: 'approve', lang: 'en', text: 'approved' },
        total: { money: money('36.75') },
        shipTo: { address },
        shipping: { money: money('4.95'), description: { lang: 'en', text: 'Courier' } },
        tax,
        supplierOrderInfo: { orderID: '0001', orderDate: '2026-01-05T10:00:00-05:00' },
      },
      items,
    },
  }
}

export function cancelMessage(): CxmlMessage {
  const message = cartMessage()
  return { ...message, status: statusOf(204, 'The shopper cancelled', 'en') }
}

export function setupRequest(operation: PunchOutOperation): CxmlRequest {
  return {
    kind: 'Request',
    ...envelope,
    header,
    deploymentMode: 'test',
    content: {
      type: 'PunchOutSetupRequest',
      operation,
      buyerCookie: 'c-42',
      extrinsics: [
        { name: 'UserEmail', value: 'jane@almere.example' },
        { name: 'UniqueName', value: '00123' },
      ],
      browserFormPost: { url: 'https://buyer.example/checkout?id=42&t=1' },
      contacts: [contact],
      supplierSetup: { url: 'https://shop.example/setup' },
      shipTo: { address },
      ...(operation === 'create' && { selectedItems: [{ itemID: { supplierPartID: '0005' } }] }),
      ...((operation === 'edit' || operation === 'inspect') && {
        items: [
          {
            quantity: '3',
            lineNumber: '1',
            requisitionID: 'R-1',
            agreementItemNumber: '1',
            requestedDeliveryDate: '2026-02-01',
            isAdHoc: 'yes',
            itemID: { supplierPartID: '5555', supplierPartAuxiliaryID: 'E000028901|cfg=7' },
          },
          {
            quantity: '1',
            itemID: fullLine.itemID,
            itemDetail: fullLine.itemDetail,
            shipTo: { address },
            shipping: fullLine.shipping,
            tax,
            supplierID: fullLine.supplierID,
            contacts: [contact],
            comments: fullLine.comments,
          },
        ],
      }),
    },
  }
}

export function setupResponse(): CxmlResponse {
  return {
    kind: 'Response',
    ...envelope,
    status: statusOf(200),
    content: { type: 'PunchOutSetupResponse', startPage: { url: 'https://hub.example/punchout/start/t?a=1&b=2' } },
  }
}

export function profileRequest(): CxmlRequest {
  return { kind: 'Request', ...envelope, header, content: { type: 'ProfileRequest' } }
}

export function profileResponse(): CxmlResponse {
  return {
    kind: 'Response',
    ...envelope,
    status: statusOf(200, '', 'en'),
    content: {
      type: 'ProfileResponse',
      effectiveDate: '2026-01-05T10:00:00-05:00',
      lastRefresh: '2026-01-05T10:00:00-05:00',
      options: [{ name: 'attachments', value: 'No' }],
      transactions: [
        {
          requestName: 'PunchOutSetupRequest',
          url: 'https://hub.example/cxml',
          options: [{ name: 'Direct.AuthenticationMethod.CredentialMac', value: 'Yes' }],
        },
        { requestName: 'ProfileRequest', url: 'https://hub.example/cxml' },
      ],
    },
  }
}
