// kill -9 at any moment: no order twice and none lost, no record lost and no file left.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { type Child, type Compiled, compileTree, startChild } from '../support/child.ts'
import type { Kept } from './connector-program.ts'

let compiled: Compiled
let root: string
beforeAll(async () => {
  compiled = await compileTree()
  root = mkdtempSync(join(tmpdir(), 'killed-'))
})
afterAll(async () => {
  await compiled.remove()
  rmSync(root, { recursive: true })
})

const start = (...args: string[]): Child => startChild(compiled, 'test/connectors/connector-program.js', args)

/** Starts it again and again, each run killed a little later after its first step, until one comes to its end. */
async function killUntilDone(step: string, ...args: string[]): Promise<number> {
  for (let kills = 0; kills < 100; kills++) {
    const child = start(...args)
    await child.line(step).catch(() => undefined)
    await Promise.race([child.ended, wait(kills * 15)])
    await child.kill()
    if (child.lines.includes('done')) return kills
  }
  return expect.fail('no run came to its end')
}

describe('the memory ERP in a file', () => {
  it('has every order once when two pushers of the same orders are killed again and again', async () => {
    const settings = { name: 'killed', folder: join(root, 'books') }
    const erp = memoryErp(settings, () => new Date())
    const push = () => killUntilDone('pushed', 'memory', JSON.stringify(settings), 'push', '1', '250')
    const kills = await Promise.all([push(), push()])
    expect(Math.min(...kills)).toBeGreaterThan(2)
    const counts = Array.from({ length: 250 }, (_, i) => erp.countByOnceKey(`k${i + 1}`))
    expect(counts).toEqual(counts.map(() => 1))
    expect(erp.count('orders')).toBe(250)
    expect(new Set(erp.records('orders').map((order) => order.number)).size).toBe(250)
  })
})

describe('flat-file', () => {
  const settings = () => JSON.stringify({ place: { kind: 'folder', path: join(root, 'drop') } })

  it('writes every order once when it is killed again and again, and the ERP takes files meanwhile', async () => {
    for (const folder of ['in', 'out']) mkdirSync(join(root, 'drop', folder), { recursive: true })
    const taken: string[] = []
    const take = () => {
      for (const name of readdirSync(join(root, 'drop/out')).filter((file) => !file.startsWith('.'))) {
        expect(JSON.parse(readFileSync(join(root, 'drop/out', name), 'utf8')).lines).toHaveLength(1)
        rmSync(join(root, 'drop/out', name))
        taken.push(name)
      }
    }
    const erp = setInterval(take, 5)
    expect(await killUntilDone('pushed', 'flat-file', settings(), 'push', '1', '120')).toBeGreaterThan(2)
    clearInterval(erp)
    take()
    expect(taken).toHaveLength(120)
    expect(new Set(taken).size).toBe(120)
  })

  it('keeps every record when it is killed again and again, and archives every file', async () => {
    const kept = join(root, 'kept.json')
    const ids = Array.from({ length: 60 }, (_, file) => ['a', 'b', 'c', 'd'].map((letter) => `${file}${letter}`))
    for (const [file, names] of ids.entries()) {
      const rows = names.map((id) => `${id};100042;EUR;2026-01-31;1.00;1.00`)
      const text = ['id;customerNumber;currency;date;amount;openAmount', ...rows].join('\n')
      writeFileSync(join(root, 'drop/in', `open-items-${file}.csv`), text)
    }
    const follow = () => killUntilDone('kept', 'flat-file', settings(), 'follow', 'openItems', kept)
    expect(await follow()).toBeGreaterThan(2)
    // Once more, with the last cursor: that is what lets the last files go.
    await follow()
    const { seen }: Kept = JSON.parse(readFileSync(kept, 'utf8'))
    expect(Object.keys(seen).toSorted()).toEqual(ids.flat().toSorted())
    expect(readdirSync(join(root, 'drop/in'))).toEqual([])
    expect(readdirSync(join(root, 'drop/taken/openItems'))).toEqual([])
    expect(readdirSync(join(root, 'drop/archive/openItems'))).toHaveLength(60)
  })
})
