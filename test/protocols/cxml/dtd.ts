// DTD validation with libxml2, against the DTD the document itself names (../shared/data/cxml-dtd).
import { DtdValidator, XmlDocument, XmlDtd, XmlValidateError } from 'libxml2-wasm'
import { readShared } from './shared-data.ts'

const validators = new Map<string, DtdValidator>()

/** What is invalid about the document, one line each; empty = valid. Throws when it is not well-formed. */
export function dtdProblems(bytes: Uint8Array): string[] {
  const name = /<!DOCTYPE cXML SYSTEM "[^"]*\/(\w+)\.dtd">/.exec(new TextDecoder().decode(bytes.subarray(0, 400)))?.[1]
  if (!name) throw new Error('the document names no DTD')
  const document = XmlDocument.fromBuffer(bytes)
  try {
    validatorOf(name).validate(document)
    return []
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error
    return error.message.trim().split('\n')
  } finally {
    document.dispose()
  }
}

function validatorOf(name: string): DtdValidator {
  const known = validators.get(name)
  if (known) return known
  const validator = new DtdValidator(XmlDtd.fromBuffer(readShared(`cxml-dtd/1.2.071/${name}.dtd`)))
  validators.set(name, validator)
  return validator
}
