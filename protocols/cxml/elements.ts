// Small elements that many cXML documents share (cXML.dtd 1.2.071): Money, Address, Contact, ItemID, Description, Extrinsic, Tax, ...
import { many, one, type Shape, shapeOf, text } from './shape.ts'
import type { Keeps, XmlNode } from './xml-element.ts'

export interface Money extends Keeps {
  /** Decimal text as written: `10.50`, `1e5`, surrounding blanks removed. */
  amount: string
  currency: string
  alternateAmount?: string
  alternateCurrency?: string
}

/** Total, UnitPrice, TaxableAmount, ...: an element that holds one Money. */
export interface Amount extends Keeps {
  money: Money
}

/** Name, SourcingStatus, TaxLocation: text in a language. */
export interface LocalText extends Keeps {
  text: string
  lang?: string
}

export interface Description extends LocalText {
  type?: string
  shortName?: string
}

export interface Classification extends Keeps {
  domain: string
  code?: string
  text: string
}

/** Any content: `value` is its text; `content` is set when there are elements inside, and is what is rendered then. */
export interface Extrinsic extends Keeps {
  name: string
  value: string
  content?: XmlNode[]
}

/** BrowserFormPost, SupplierSetup, StartPage, Followup: an element that holds one URL. */
export interface Link extends Keeps {
  url: string
}

/** `cid:` and the Content-ID of a part of the same message (multipart.ts), or any other URL. */
export interface Attachment extends Link {
  /** `internal`: not for the supplier's eyes. */
  visibility?: string
}

export interface Comments extends LocalText {
  type?: string
  attachments?: Attachment[]
}

export interface ItemID extends Keeps {
  supplierPartID: string
  supplierPartAuxiliaryID?: string
  buyerPartID?: string
}

export interface SupplierID extends Keeps {
  domain: string
  text: string
}

export interface Country extends Keeps {
  isoCountryCode?: string
  text: string
}

export interface State extends Keeps {
  isoStateCode?: string
  text: string
}

export interface PostalAddress extends Keeps {
  name?: string
  deliverTo?: string[]
  street?: string[]
  city: string
  municipality?: string
  state?: State
  postalCode?: string
  country: Country
  extrinsics?: Extrinsic[]
}

export interface Email extends Keeps {
  address: string
  name?: string
  preferredLang?: string
}

export interface TelephoneNumber extends Keeps {
  countryCode: Country
  areaOrCityCode: string
  number: string
  extension?: string
}

export interface Phone extends Keeps {
  name?: string
  telephoneNumber: TelephoneNumber
}

export interface Fax extends Keeps {
  name?: string
  telephoneNumber?: TelephoneNumber
  url?: string
  email?: Email
}

export interface Address extends Keeps {
  isoCountryCode?: string
  addressID?: string
  addressIDDomain?: string
  name: LocalText
  postalAddress?: PostalAddress
  email?: Email
  phone?: Phone
  fax?: Fax
  url?: string
}

export interface Contact extends Keeps {
  role?: string
  addressID?: string
  addressIDDomain?: string
  name: LocalText
  postalAddresses?: PostalAddress[]
  emails?: Email[]
  phones?: Phone[]
  faxes?: Fax[]
  urls?: string[]
  extrinsics?: Extrinsic[]
}

export interface ShipTo extends Keeps {
  address: Address
}

export interface Shipping extends Keeps {
  money: Money
  description: Description
  trackingDomain?: string
  trackingId?: string
  tracking?: string
}

/** Why no tax is due: a code of the tax office, and the words the law wants on the invoice. */
export interface TaxExemption extends Keeps {
  exemptCode: string
  exemptReason?: LocalText
}

export interface TaxDetail extends Keeps {
  category: string
  purpose?: string
  percentageRate?: string
  basePercentageRate?: string
  taxRateType?: string
  exemptDetail?: string
  isVatRecoverable?: string
  taxPointDate?: string
  paymentDate?: string
  isTriangularTransaction?: string
  isWithholdingTax?: string
  isIncludedInPrice?: string
  /** The id of the element that is taxed. */
  taxedElement?: string
  taxableAmount?: Amount
  taxAmount: Amount
  taxLocation?: LocalText
  description?: Description
  /** The law that lets the buyer owe the tax: a triangular transaction in the EU. */
  triangularTransactionLawReference?: LocalText
  taxExemption?: TaxExemption
  extrinsics?: Extrinsic[]
}

export interface Tax extends Keeps {
  money: Money
  description: Description
  taxDetails?: TaxDetail[]
  extrinsics?: Extrinsic[]
}

export const money = shapeOf<Money>('Money', {
  attributes: { currency: 'required', alternateAmount: 'optional', alternateCurrency: 'optional' },
  text: 'amount',
  token: true,
})

/** An element of this name that holds a Money, and what the DTD lets follow it. */
export function amount(name: string, ...following: string[]): Shape<Amount> {
  return shapeOf<Amount>(name, { children: [one(money, 'money', { required: 'refuse' }), ...following] })
}

export function localText(name: string, lang: 'required' | 'optional'): Shape<LocalText> {
  return shapeOf<LocalText>(name, { attributes: { lang }, text: 'text' })
}

export function link(name: string): Shape<Link> {
  return shapeOf<Link>(name, {
    children: [text('URL', 'url', { token: true, required: true })],
  })
}

export const description = shapeOf<Description>('Description', {
  attributes: { lang: 'required', type: 'optional' },
  text: 'text',
  textLast: true,
  children: [text('ShortName', 'shortName')],
})

export const classification = shapeOf<Classification>('Classification', {
  attributes: { domain: 'required', code: 'optional' },
  text: 'text',
})

/** Any content, so not a table: text where there is only text, else the nodes as they stand. */
export const extrinsic: Shape<Extrinsic> = {
  name: 'Extrinsic',
  read(element, reader) {
    const { name, ...others } = element.attributes
    const value = element.children.filter((c) => typeof c === 'string').join('')
    const read: Extrinsic = { name: name ?? '', value }
    if (name === undefined) reader.find('missing', '@name', 'Extrinsic has no name.')
    if (element.children.some((c) => typeof c !== 'string')) read.content = element.children
    if (Object.keys(others).length > 0) read.kept = { attributes: others }
    return read
  },
  write({ name, value, content, kept }) {
    const children = content ?? (value === '' ? [] : [value])
    return { name: 'Extrinsic', attributes: { name, ...kept?.attributes }, children }
  },
}

const attachment = shapeOf<Attachment>('Attachment', {
  attributes: { visibility: 'optional' },
  children: [text('URL', 'url', { token: true, required: true })],
})

export const comments = shapeOf<Comments>('Comments', {
  attributes: { lang: 'optional', type: 'optional' },
  text: 'text',
  children: [many(attachment, 'attachments')],
})

export const itemID = shapeOf<ItemID>('ItemID', {
  children: [
    text('SupplierPartID', 'supplierPartID', { required: true }),
    text('SupplierPartAuxiliaryID', 'supplierPartAuxiliaryID'),
    text('BuyerPartID', 'buyerPartID'),
    'IdReference',
  ],
})

export const supplierID = shapeOf<SupplierID>('SupplierID', { attributes: { domain: 'required' }, text: 'text' })

const country = (name: string) => shapeOf<Country>(name, { attributes: { isoCountryCode: 'required' }, text: 'text' })

export const postalAddress = shapeOf<PostalAddress>('PostalAddress', {
  attributes: { name: 'optional' },
  children: [
    text('DeliverTo', 'deliverTo', { many: true }),
    text('Street', 'street', { many: true }),
    text('City', 'city', { required: true }),
    text('Municipality', 'municipality'),
    one(shapeOf<State>('State', { attributes: { isoStateCode: 'optional' }, text: 'text' }), 'state'),
    text('PostalCode', 'postalCode'),
    one(country('Country'), 'country', { required: 'empty' }),
    many(extrinsic, 'extrinsics'),
  ],
})

const email = shapeOf<Email>('Email', {
  attributes: { name: 'optional', preferredLang: 'optional' },
  text: 'address',
  token: true,
})

const telephoneNumber = shapeOf<TelephoneNumber>('TelephoneNumber', {
  children: [
    one(country('CountryCode'), 'countryCode', { required: 'empty' }),
    text('AreaOrCityCode', 'areaOrCityCode', { required: true }),
    text('Number', 'number', { required: true }),
    text('Extension', 'extension'),
  ],
})

const phone = shapeOf<Phone>('Phone', {
  attributes: { name: 'optional' },
  children: [one(telephoneNumber, 'telephoneNumber', { required: 'empty' })],
})

const fax = shapeOf<Fax>('Fax', {
  attributes: { name: 'optional' },
  children: [one(telephoneNumber, 'telephoneNumber'), text('URL', 'url', { token: true }), one(email, 'email')],
})

const name = localText('Name', 'required')

export const address = shapeOf<Address>('Address', {
  attributes: { isoCountryCode: 'optional', addressID: 'optional', addressIDDomain: 'optional' },
  children: [
    one(name, 'name', { required: 'empty' }),
    one(postalAddress, 'postalAddress'),
    one(email, 'email'),
    one(phone, 'phone'),
    one(fax, 'fax'),
    text('URL', 'url', { token: true }),
  ],
})

export const contact = shapeOf<Contact>('Contact', {
  attributes: { role: 'optional', addressID: 'optional', addressIDDomain: 'optional' },
  children: [
    one(name, 'name', { required: 'empty' }),
    many(postalAddress, 'postalAddresses'),
    many(email, 'emails'),
    many(phone, 'phones'),
    many(fax, 'faxes'),
    text('URL', 'urls', { token: true, many: true }),
    'IdReference',
    many(extrinsic, 'extrinsics'),
  ],
})

export const shipTo = shapeOf<ShipTo>('ShipTo', {
  children: [
    one(address, 'address', { required: 'refuse' }),
    'CarrierIdentifier',
    'TransportInformation',
    'IdReference',
  ],
})

export const shipping = shapeOf<Shipping>('Shipping', {
  attributes: { trackingDomain: 'optional', trackingId: 'optional', tracking: 'optional' },
  children: [
    one(money, 'money', { required: 'refuse' }),
    one(description, 'description', { required: 'empty' }),
    'Modifications',
  ],
})

const taxExemption = shapeOf<TaxExemption>('TaxExemption', {
  attributes: { exemptCode: 'required' },
  children: [one(localText('ExemptReason', 'required'), 'exemptReason')],
})

const taxDetail = shapeOf<TaxDetail>('TaxDetail', {
  attributes: {
    purpose: 'optional',
    category: 'required',
    percentageRate: 'optional',
    isVatRecoverable: 'optional',
    taxPointDate: 'optional',
    paymentDate: 'optional',
    isTriangularTransaction: 'optional',
    exemptDetail: 'optional',
    isWithholdingTax: 'optional',
    taxRateType: 'optional',
    basePercentageRate: 'optional',
    isIncludedInPrice: 'optional',
    taxedElement: 'optional',
  },
  children: [
    one(amount('TaxableAmount'), 'taxableAmount'),
    one(amount('TaxAmount'), 'taxAmount', { required: 'refuse' }),
    one(localText('TaxLocation', 'required'), 'taxLocation'),
    'TaxAdjustmentAmount',
    one(description, 'description'),
    one(localText('TriangularTransactionLawReference', 'required'), 'triangularTransactionLawReference'),
    'TaxRegime',
    one(taxExemption, 'taxExemption'),
    many(extrinsic, 'extrinsics'),
  ],
})

export const tax = shapeOf<Tax>('Tax', {
  children: [
    one(money, 'money', { required: 'refuse' }),
    'TaxAdjustmentAmount',
    one(description, 'description', { required: 'empty' }),
    many(taxDetail, 'taxDetails'),
    'Distribution',
    many(extrinsic, 'extrinsics'),
  ],
})

/** An earlier cXML document, by its payloadID. */
export interface DocumentReference extends Keeps {
  payloadID: string
}

export const documentReference = shapeOf<DocumentReference>('DocumentReference', {
  attributes: { payloadID: 'required' },
})
