// What German law adds: BR-DE-* of XRechnung 3.0, and DE-R-*, the same in Peppol between two German parties.
import { type EInvoice, isGerman, type PaymentMeans, XRECHNUNG } from './einvoice.ts'
import { type Find, isMissing } from './finding.ts'

export function checkGerman(invoice: EInvoice, find: Find): void {
  if (!isGerman(invoice)) return
  const { seller, buyer } = invoice
  const isXRechnung = invoice.customizationId === XRECHNUNG
  const say = (nth: number, path: string, message: string) =>
    find(isXRechnung ? `BR-DE-${nth}` : `DE-R-${String(nth).padStart(3, '0')}`, path, message)
  const need = (nth: number, text: string | undefined, path: string, what: string) => {
    if (isMissing(text)) say(nth, path, `${what} is missing.`)
  }
  if (!invoice.paymentMeans) say(1, 'paymentMeans', 'Payment instructions (BG-16) are missing.')
  if (!seller.contact) say(2, 'seller.contact', 'The seller’s contact (BG-6) is missing.')
  else {
    need(5, seller.contact.name, 'seller.contact.name', 'The seller’s contact point (BT-41)')
    need(6, seller.contact.phone, 'seller.contact.phone', 'The seller’s telephone number (BT-42)')
    need(7, seller.contact.email, 'seller.contact.email', 'The seller’s e-mail address (BT-43)')
  }
  need(3, seller.address.city, 'seller.address.city', 'The seller’s city (BT-37)')
  need(4, seller.address.postCode, 'seller.address.postCode', 'The seller’s post code (BT-38)')
  need(8, buyer.address.city, 'buyer.address.city', 'The buyer’s city (BT-52)')
  need(9, buyer.address.postCode, 'buyer.address.postCode', 'The buyer’s post code (BT-53)')
  const deliverTo = invoice.delivery?.address
  if (deliverTo) {
    need(10, deliverTo.city, 'delivery.address.city', 'The deliver-to city (BT-77)')
    need(11, deliverTo.postCode, 'delivery.address.postCode', 'The deliver-to post code (BT-78)')
  }
  for (const [i, group] of invoice.vatBreakdown.entries())
    need(14, group.rate, `vatBreakdown[${i}].rate`, 'The VAT rate (BT-119)')
  need(15, invoice.buyerReference, 'buyerReference', 'The buyer reference (BT-10), a Leitweg-ID for an authority,')
  if (isMissing(seller.vatId) && isMissing(seller.taxRegistrationId) && !invoice.taxRepresentative)
    say(
      16,
      'seller.vatId',
      'A VAT identifier (BT-31), tax registration (BT-32) or tax representative (BG-11) is needed.',
    )
  for (const [i, means] of (invoice.paymentMeans ?? []).entries())
    checkMeans(means, `paymentMeans[${i}]`, isXRechnung, find)
  checkLeitwegId(invoice, find)
}

function checkMeans(means: PaymentMeans, path: string, isXRechnung: boolean, find: Find): void {
  const prefix = isXRechnung ? 'BR-DE-' : 'DE-R-0'
  const { account, card, mandate, code } = means
  if (code === '58' && account && !isIban(account.id))
    find(`${prefix}19`, `${path}.account.id`, `"${account.id}" is no IBAN (BT-84).`)
  if ((code === '30' || code === '58') && (card || mandate))
    find(
      `${prefix}${isXRechnung ? '23-b' : '23-2'}`,
      path,
      'A credit transfer has neither card (BG-18) nor mandate (BG-19).',
    )
  if (code === '59' && mandate && !isIban(mandate.debitedAccount ?? ''))
    find(`${prefix}20`, `${path}.mandate.debitedAccount`, 'A SEPA direct debit needs the debited IBAN (BT-91).')
  if (code === '59' && (account || card))
    find(
      `${prefix}${isXRechnung ? '25-b' : '25-2'}`,
      path,
      'A direct debit has neither account (BG-17) nor card (BG-18).',
    )
}

/** ISO 13616: moved to the end and read as a number, the remainder by 97 is 1. */
export function isIban(text: string): boolean {
  const iban = text.replaceAll(/\s+/g, '').toUpperCase()
  return /^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/.test(iban) && remainder97(iban.slice(4) + iban.slice(0, 4)) === 1
}

/** Coarse address, fine address if any, check digits (ISO 7064 mod 97-10): "04011000-1234512345-06". */
const LEITWEG_ID = /^(\d{2,12})(?:-([A-Z0-9]{1,30}))?-(\d{2})$/i

/** Portals turn down a Leitweg-ID whose check digits are wrong, though no schematron asks. All else may be anything. */
function checkLeitwegId({ buyer, buyerReference }: EInvoice, find: Find): void {
  const places = [
    [buyerReference, 'buyerReference'],
    [buyer.endpoint?.scheme === '0204' ? buyer.endpoint.id : undefined, 'buyer.endpoint.id'],
  ] as const
  for (const [id, path] of places) {
    const found = LEITWEG_ID.exec(id?.trim() ?? '')
    if (found && remainder97(`${found[1]}${found[2] ?? ''}${found[3]}`.toUpperCase()) !== 1)
      find('LEITWEG-ID', path, `The check digits of Leitweg-ID "${id}" are wrong.`)
  }
}

function remainder97(text: string): number {
  let rest = 0
  for (const character of text) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}
