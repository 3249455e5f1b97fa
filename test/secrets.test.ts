import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeKeyring, open, SealError, sameSecret, seal } from '../src/secrets.ts'

const key = () => randomBytes(32).toString('base64')

describe('sealing', () => {
  it('gives back the bytes, and never the same sealed bytes twice', () => {
    const ring = makeKeyring([key()])
    const plain = Buffer.from([0, 255, 10, 13, 0])
    const sealed = seal(ring, 'document', plain)
    expect(open(ring, 'document', sealed)).toEqual(plain)
    expect(seal(ring, 'document', plain).equals(sealed)).toBe(false)
    expect(sealed.includes('demo-secret')).toBe(false)
    expect(open(ring, 'document', seal(ring, 'document', '')).length).toBe(0)
  })

  it('opens under an older key of the ring, and seals under the first', () => {
    const [old, young] = [key(), key()]
    const sealed = seal(makeKeyring([old]), 'x', 'secret')
    const rotated = makeKeyring([young, old])
    expect(open(rotated, 'x', sealed).toString()).toBe('secret')
    expect(() => open(makeKeyring([old]), 'x', seal(rotated, 'x', 'secret'))).toThrow(SealError)
  })

  it('refuses changed bytes, another purpose, another key, and what it never sealed', () => {
    const ring = makeKeyring([key()])
    const sealed = seal(ring, 'partner-secret', 'demo-secret')
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => open(ring, 'partner-secret', changed), `byte ${i}`).toThrow(SealError)
    }
    expect(() => open(ring, 'document', sealed)).toThrow(SealError)
    expect(() => open(makeKeyring([key()]), 'partner-secret', sealed)).toThrow(/does not have/)
    expect(() => open(ring, 'x', Buffer.from('plain'))).toThrow(SealError)
    expect(() => makeKeyring([])).toThrow(SealError)
    expect(() => makeKeyring(['c2hvcnQ='])).toThrow(SealError)
  })

  it('compares secrets of any length', () => {
    expect(sameSecret('a', 'a')).toBe(true)
    expect(sameSecret('a', 'aa')).toBe(false)
    expect(sameSecret('', 'a')).toBe(false)
  })
})
