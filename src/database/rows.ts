// Many rows as one value per column, for set-based statements: `FROM unnest(...)`. Half the work of a JSON document for PostgreSQL.
import type { Knex } from 'knex'

/** Column -> PostgreSQL type, in order. */
export type ColumnTypes = Readonly<Record<string, string>>

export interface Rows {
  /** `unnest(?::uuid[], ...) AS r("id", ...)` */
  sql: string
  bindings: Knex.RawBinding[]
}

/** The rows as a table `name`. Values of type jsonb are written as JSON; absent ones are null. */
export function rowsOf(name: string, types: ColumnTypes, rows: readonly object[]): Rows {
  const columns = Object.entries(types)
  return {
    sql: `unnest(${columns.map(([, type]) => `?::${type}[]`).join(', ')}) AS ${name}(${columns.map(([column]) => `"${column}"`).join(', ')})`,
    bindings: columns.map(([column, type]) =>
      rows.map((row) => {
        const value = (row as Record<string, unknown>)[column] ?? null
        return (type === 'jsonb' && value !== null ? JSON.stringify(value) : value) as string
      }),
    ),
  }
}
