// Why an OCI call-up or form is refused: what was wrong and in which field.

export type OciErrorCode =
  | 'too-large'
  | 'too-many-fields'
  | 'charset'
  | 'missing'
  | 'value'
  | 'function'
  | 'illegal-character'

/** The only error protocols/oci throws on input. `field` is the parameter's name as OCI spells it, '' for the form as a whole. */
export class OciError extends Error {
  override readonly name = 'OciError'
  readonly code: OciErrorCode
  readonly field: string

  constructor(code: OciErrorCode, field: string, message: string) {
    super(message)
    this.code = code
    this.field = field
  }
}
