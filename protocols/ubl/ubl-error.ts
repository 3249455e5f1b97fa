// Why a UBL document is refused, or can't be written.

export type UblErrorCode = 'not-well-formed' | 'not-ubl' | 'too-large' | 'currency' | 'value'

/** Thrown by protocols/ubl; `path` is an element path, `/Invoice/cac:InvoiceLine[2]`, or `line 3, column 14`. */
export class UblError extends Error {
  override readonly name = 'UblError'
  readonly code: UblErrorCode
  readonly path: string

  constructor(code: UblErrorCode, path: string, message: string) {
    super(message)
    this.code = code
    this.path = path
  }
}
