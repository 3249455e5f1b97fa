// Cart -> OCI items, and the form that carries them.
import type { OciItem } from '../../protocols/oci/items.ts'
import { type ReturnForm, renderCancel, renderReturn } from '../../protocols/oci/return-form.ts'
import { xmlLacks } from '../../protocols/oci/xml-document.ts'
import type { Cart, CartLine } from '../cart.ts'
import type { CartWarning } from '../partners/buyer-profile.ts'
import type { PartnerSettings } from '../partners/partner.ts'
import type { PunchoutSetup } from '../punchout/punchout-session.ts'

/** DESCRIPTION holds 40 characters; the whole text goes along as LONGTEXT where the line has none of its own. */
export function keepWholeDescriptions(cart: Cart): Cart {
  const lines = cart.lines.map((l) =>
    l.description.length > 40 && !l.longText ? { ...l, longText: l.description } : l,
  )
  return { ...cart, lines }
}

/** A fitted, numbered line as NEW_ITEM fields. Our SKU is VENDORMAT and EXT_PRODUCT_ID; MATNR is the buyer's own number. */
export function toOciItem(line: CartLine, lines: readonly CartLine[]): OciItem {
  const category = line.classifications?.[0]
  const parent =
    line.parentLineNumber === undefined ? -1 : lines.findIndex((l) => l.lineNumber === line.parentLineNumber)
  return {
    description: line.description,
    matnr: line.buyerPartId,
    quantity: line.quantity,
    unit: line.unitOfMeasure,
    price: line.unitPrice.amount,
    currency: line.unitPrice.currency,
    priceUnit: line.priceUnit ?? '1',
    leadTime: line.leadTimeDays === undefined ? undefined : String(line.leadTimeDays),
    longText: line.longText,
    vendor: line.vendor,
    vendorMat: line.supplierPartId,
    manufactMat: line.manufacturerPartId,
    matGroup: line.materialGroup,
    service: line.service ? 'X' : undefined,
    contract: line.contract?.id,
    contractItem: line.contract?.item,
    extQuoteId: line.quote?.id,
    extQuoteItem: line.quote?.item,
    extProductId: line.supplierPartId,
    attachment: line.attachment?.url,
    attachmentTitle: line.attachment?.title,
    attachmentPurpose: line.attachment?.purpose,
    extSchemaType: category?.domain,
    extCategoryId: category?.code,
    custField1: line.customFields?.['1'],
    custField2: line.customFields?.['2'],
    custField3: line.customFields?.['3'],
    custField4: line.customFields?.['4'],
    custField5: line.customFields?.['5'],
    itemType: line.itemType === 'composite' ? 'R' : undefined,
    parentId: parent < 0 ? undefined : String(parent + 1),
    tax: line.tax?.ratePercent,
  }
}

/** What the XML variant has no place for, said once for each field. */
export function lostInXml(cart: Cart): CartWarning[] {
  const lost = new Set(cart.lines.flatMap((line) => xmlLacks(toOciItem(line, cart.lines))))
  return [...lost].map((field) => ({
    code: 'notice',
    field,
    message: 'OCI’s XML variant has no place for it: the buyer’s system does not get it',
  }))
}

/** The form back to HOOK_URL; without a cart the echo fields alone, or OCICANCEL where partner and call-up say so. */
export function ociReturn(
  setup: Pick<PunchoutSetup, 'returnUrl' | 'callUp'>,
  settings: Pick<PartnerSettings, 'oci'>,
  cart: Cart | null,
): ReturnForm {
  const { okCode, caller, target, returnTarget, charset, cancelUrl } = setup.callUp ?? {}
  const login = {
    okCode: okCode ?? undefined,
    caller: caller ?? undefined,
    target: target ?? undefined,
    returnTarget: returnTarget ?? undefined,
  }
  const { version, queryMode, method, variant, xmlTypeName, emptyCart } = settings.oci
  if (!cart && emptyCart === 'ocicancel' && cancelUrl) return renderCancel(cancelUrl, login, charset ?? undefined)
  return renderReturn({
    hookUrl: setup.returnUrl,
    items: cart ? cart.lines.map((line) => toOciItem(line, cart.lines)) : [],
    login,
    version,
    charset: charset ?? undefined,
    queryMode,
    method,
    variant,
    xmlTypeName,
  })
}
