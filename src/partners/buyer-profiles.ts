// The buyer profiles the hub ships: what the platforms' own guides and the field say. Each fact names its source: [cxml] =
// facts/cxml.md, [oci] = facts/oci.md. What no source says is left open rather than guessed; a partner can say it (overrides).
import type { BuyerProfile, ProfileOverrides, ProtocolRules } from './buyer-profile.ts'

export type ProfileName = 'generic' | 'ariba' | 'coupa' | 'jaggaer' | 'oracle' | 'sap-srm'

type Cxml = BuyerProfile['cxml']
type Oci = BuyerProfile['oci']

/** cXML itself bounds nothing; the numbers are the hub's own widest. */
const CXML: Cxml = {
  formEncoding: 'cxml-urlencoded',
  fields: {},
  price: { maxDecimals: 12, over: 'round' },
  quantity: { maxDecimals: 12, over: 'reject' },
  units: {
    map: {},
    unknown: 'notice',
    unknownMeans: 'it is no UN/CEFACT Recommendation 20 code; the buyer’s system may change it or refuse the cart',
  },
  maxPriceUnitDigits: 9,
  maxLines: 10_000,
}

/** [oci] section 3: lengths of OCI 4.0/5.0. SRM drops a line that breaks one without a word. */
const OCI: Oci = {
  version: '4.0',
  // [oci] section 2: absent http_content_charset = ISO-8859-1.
  charset: 'iso-8859-1',
  fields: {
    // DESCRIPTION 40, one line; the whole text fits into LONGTEXT, which has no limit.
    description: { max: 40, count: 'characters', over: 'cut', oneLine: true },
    // VENDORMAT 40 and EXT_PRODUCT_ID 40: identifiers, a cut one names another product.
    supplierPartId: { max: 40, count: 'characters', over: 'reject' },
    // MATNR 40.
    buyerPartId: { max: 40, count: 'characters', over: 'reject' },
    // MANUFACTMAT 40.
    manufacturerPartId: { max: 40, count: 'characters', over: 'drop' },
    // VENDOR 10, must exist at the buyer.
    vendor: { max: 10, count: 'characters', over: 'reject' },
    // MATGROUP 10, must exist at the buyer.
    materialGroup: { max: 10, count: 'characters', over: 'drop' },
    // CONTRACT 10, CONTRACT_ITEM 5: a price agreement.
    contractId: { max: 10, count: 'characters', over: 'reject' },
    contractItem: { max: 5, count: 'characters', over: 'reject' },
    // EXT_QUOTE_ID 35, EXT_QUOTE_ITEM 10.
    quoteId: { max: 35, count: 'characters', over: 'reject' },
    quoteItem: { max: 10, count: 'characters', over: 'reject' },
    // ATTACHMENT 255, _TITLE 255, _PURPOSE 1.
    attachmentUrl: { max: 255, count: 'characters', over: 'drop' },
    attachmentTitle: { max: 255, count: 'characters', over: 'cut' },
    attachmentPurpose: { max: 1, count: 'characters', over: 'drop' },
    // EXT_SCHEMA_TYPE 10, EXT_CATEGORY_ID 60.
    classificationDomain: { max: 10, count: 'characters', over: 'drop' },
    classificationCode: { max: 60, count: 'characters', over: 'drop' },
    // TAX 5 (OCI 5.0).
    taxRate: { max: 5, count: 'characters', over: 'drop' },
    // CUST_FIELD1..3 10, 4 20, 5 50: free text.
    customField1: { max: 10, count: 'characters', over: 'cut' },
    customField2: { max: 10, count: 'characters', over: 'cut' },
    customField3: { max: 10, count: 'characters', over: 'cut' },
    customField4: { max: 20, count: 'characters', over: 'cut' },
    customField5: { max: 50, count: 'characters', over: 'cut' },
  },
  // PRICE and QUANTITY 15 = 11.3.
  price: { maxWholeDigits: 11, maxDecimals: 3, over: 'round' },
  quantity: { maxWholeDigits: 11, maxDecimals: 3, over: 'reject' },
  units: {
    map: {},
    unknown: 'notice',
    unknownMeans: 'SAP takes what the buyer’s table T006I maps; a line with another unit is dropped without a word',
    // UNIT 3.
    maxLength: 3,
  },
  // PRICEUNIT 5.
  maxPriceUnitDigits: 5,
  maxLines: 10_000,
}

function profile(
  name: ProfileName,
  title: string,
  own: { unspsc?: BuyerProfile['unspsc']; cxml?: Partial<Cxml>; oci?: Partial<Oci> } = {},
): BuyerProfile {
  return {
    name,
    title,
    unspsc: own.unspsc ?? 'notice',
    // [cxml] "UNSPSC 8 plain digits": the domain that every platform reads.
    defaultClassification: { domain: 'UNSPSC' },
    requiredExtrinsics: [],
    cxml: { ...CXML, ...own.cxml },
    oci: { ...OCI, ...own.oci },
  }
}

export const buyerProfiles: Readonly<Record<ProfileName, BuyerProfile>> = {
  // [oci] section 3: receivers written in PHP read 1000 fields of a form and drop the rest.
  generic: profile('generic', 'Any cXML or OCI buyer', { oci: { maxInputVars: 1000 } }),

  ariba: profile('ariba', 'SAP Ariba', {
    // [cxml] "UNSPSC 8 plain digits".
    unspsc: 'reject',
    cxml: {
      fields: {
        // [cxml] "Limits are bytes in Ariba: description 255 on the PO; short name 50".
        description: { max: 255, count: 'bytes', over: 'cut' },
        shortName: { max: 50, count: 'bytes', over: 'cut' },
        // [cxml] "`?`, `{`, `}` in either are a hard reject in Ariba; 100 characters is safe".
        supplierPartId: { max: 100, count: 'characters', over: 'notice', forbidden: '?{}' },
        supplierPartAuxiliaryId: { max: 100, count: 'characters', over: 'notice', forbidden: '?{}' },
      },
      // [cxml] "price at most 4 decimals".
      price: { maxDecimals: 4, over: 'round' },
      units: {
        // [cxml] "Ariba has no UN".
        map: { UN: 'EA' },
        unknown: 'notice',
        unknownMeans: 'Ariba may not know it, and says so only when the requisition is submitted',
      },
    },
  }),

  coupa: profile('coupa', 'Coupa', {
    cxml: {
      units: {
        map: {},
        unknown: 'reject',
        // [cxml] "Coupa refuses the cart". Which units exist is each customer's own: `acceptedUnits` of the partner.
        unknownMeans: 'Coupa refuses a cart with a unit that the customer has not set up',
      },
    },
  }),

  jaggaer: profile('jaggaer', 'JAGGAER', {
    cxml: {
      fields: {
        // [cxml] "header comments + extrinsics 100 in JAGGAER".
        comments: { max: 100, count: 'characters', over: 'cut' },
        extrinsic: { max: 100, count: 'characters', over: 'cut' },
      },
      units: {
        map: {},
        unknown: 'notice',
        // [cxml] "JAGGAER turns an unknown unit into EA silently".
        unknownMeans:
          'JAGGAER turns a unit it does not know into EA without a word, and the quantity means something else',
      },
    },
  }),

  oracle: profile('oracle', 'Oracle iProcurement and Fusion', {
    cxml: {
      units: {
        // [cxml] "Oracle often wants EACH".
        map: { EA: 'EACH', C62: 'EACH' },
        unknown: 'notice',
        unknownMeans: 'Oracle maps units by the customer’s own table and refuses what is not in it',
      },
    },
  }),

  'sap-srm': profile('sap-srm', 'SAP SRM and SAP ERP'),
}

/**
 * The profile of that name (generic where there is none) with a partner's overrides laid over it. An override of the unit
 * map also switches off what the profile would make of the partner's own codes.
 */
export function profileWith(name: string, overrides: ProfileOverrides = {}): BuyerProfile {
  const base = Object.hasOwn(buyerProfiles, name) ? buyerProfiles[name as ProfileName] : buyerProfiles.generic
  const over = <T extends ProtocolRules>(rules: T): T => ({
    ...rules,
    fields: { ...rules.fields, ...overrides.fields },
    units: {
      ...rules.units,
      map: mergedUnits(rules.units.map, overrides.unitMap ?? {}),
      ...(overrides.acceptedUnits ? { accepted: overrides.acceptedUnits } : {}),
    },
    price: { ...rules.price, maxDecimals: overrides.priceDecimals ?? rules.price.maxDecimals },
    maxLines: overrides.maxLines ?? rules.maxLines,
  })
  return {
    ...base,
    requiredExtrinsics: overrides.requiredExtrinsics ?? base.requiredExtrinsics,
    defaultClassification: overrides.defaultClassification ?? base.defaultClassification,
    cxml: { ...over(base.cxml), formEncoding: overrides.formEncoding ?? base.cxml.formEncoding },
    oci: {
      ...over(base.oci),
      version: overrides.ociVersion ?? base.oci.version,
      charset: overrides.charset ?? base.oci.charset,
    },
  }
}

function mergedUnits(map: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const theirs = new Set(Object.values(own))
  const kept = Object.entries(map).filter(([ours]) => !theirs.has(ours))
  return { ...Object.fromEntries(kept), ...own }
}
