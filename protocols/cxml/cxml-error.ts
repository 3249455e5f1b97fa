// Why a document is refused: what was wrong, where, and which cXML Status answers it.

/** 406 = can't be parsed as XML, 400 = parsed but unacceptable, 499 = too large (cXML Reference Guide, Status codes). */
export type CxmlErrorStatus = 400 | 406 | 499

export type CxmlErrorCode =
  | 'encoding'
  | 'not-well-formed'
  | 'entity-declaration'
  | 'too-large'
  | 'too-deep'
  | 'too-many-attributes'
  | 'too-many-elements'
  | 'forbidden-name'
  | 'illegal-character'
  | 'not-cxml'
  | 'missing'
  | 'repeated'
  | 'value'
  | 'form-field'
  | 'shared-secret'
  | 'multipart'

/** Thrown by every function of protocols/cxml; `path` is an element path or `line 3, column 14`. */
export class CxmlError extends Error {
  override readonly name = 'CxmlError'
  readonly code: CxmlErrorCode
  readonly path: string
  readonly status: CxmlErrorStatus

  constructor(code: CxmlErrorCode, status: CxmlErrorStatus, path: string, message: string) {
    super(message)
    this.code = code
    this.path = path
    this.status = status
  }
}
