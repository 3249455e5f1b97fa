// Every connector there is, by the id that stands in a connection's row.
import type { ConnectorDefinition } from './connector.ts'
import { flatFile } from './flat-file/flat-file.ts'
import { memory } from './memory/memory.ts'
import { sapS4 } from './sap-s4/sap-s4.ts'
import { tryton } from './tryton/tryton.ts'

export const connectors: Readonly<Record<string, ConnectorDefinition>> = Object.fromEntries(
  [tryton, sapS4, flatFile, memory].map((definition) => [definition.id, definition as ConnectorDefinition]),
)
