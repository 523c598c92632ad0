import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { useWorld } from '../../testing/use-world.ts'

const worlds = { 2: await useWorld({ version: 2 }), 3: await useWorld({ version: 3 }) }

const lists = ['IN', 'NOT IN']
const operators = ['=', '!=', 'LIKE', 'ILIKE', '<', '<=', '>', '>=', ...lists]

type Operators = Readonly<Record<string, readonly string[]>>

/** The operators in the table of the page: those of both versions, and those of MLflow 3 alone. */
function readTable(): { readonly both: Operators; readonly only3: Operators } {
  const [, table = ''] =
    /\n\| key \| operators \|.*\n\|.*\n((?:\|.*\n)+)/.exec(
      readFileSync('docs/selection.md', 'utf8'),
    ) ?? []
  const rows = table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, keys = '', ...cells] = line.split('|')
      const [both = [], only3 = []] = cells.map((cell) =>
        [...cell.matchAll(/`([^`(]+?)(?: \('…', '…'\))?`/g)].map(([, operator = '']) => operator),
      )
      const names = [...keys.matchAll(/`` (.+?) ``|``(.+?) ``|`([^`]+)`/g)]
      return names.map((name) => ({ key: name.slice(1).find(Boolean) ?? '', both, only3 }))
    })
  return {
    both: Object.fromEntries(rows.map(({ key, both }) => [key, both])),
    only3: Object.fromEntries(rows.map(({ key, only3 }) => [key, only3])),
  }
}

/** The operators that an MLflow server accepts for each key of the table. */
async function findAccepted(major: 2 | 3, keys: readonly string[]): Promise<Operators> {
  const accepts = async (key: string, operator: string): Promise<boolean> => {
    const value = key === 'version_number' ? '1' : `'x'`
    const operand = lists.includes(operator) ? `(${value}, ${value})` : value
    const url = new URL('/api/2.0/mlflow/model-versions/search', worlds[major].mlflow.url)
    url.searchParams.set('filter', `${key} ${operator} ${operand}`)
    return (await fetch(url)).ok
  }
  const entries = keys.map(async (key) => {
    const found = operators.map(async (operator) =>
      (await accepts(key, operator)) ? [operator] : [],
    )
    return [key, (await Promise.all(found)).flat()] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

test('MLflow 2 and 3 accept the operators of the table in docs/selection.md, and no others', async () => {
  const { both, only3 } = readTable()
  const keys = Object.keys(both)
  expect(keys).toHaveLength(6)
  expect(await findAccepted(2, keys)).toEqual(both)
  const all = keys.map((key) => [key, [...(both[key] ?? []), ...(only3[key] ?? [])]])
  expect(await findAccepted(3, keys)).toEqual(Object.fromEntries(all))
})

test.each([2, 3] as const)(
  'MLflow %i accepts what the page says about conditions',
  async (major) => {
    const status = async (filter: string): Promise<number> => {
      const url = new URL('/api/2.0/mlflow/model-versions/search', worlds[major].mlflow.url)
      url.searchParams.set('filter', filter)
      return (await fetch(url)).status
    }
    expect(await status("name = 'a' and run_id = 'b'")).toBe(200)
    for (const filter of [
      "name = 'a' or name = 'b'",
      "not name = 'a'",
      "(name = 'a')",
      "(name = 'a') and run_id = 'b'",
    ]) {
      expect([filter, await status(filter)]).toEqual([filter, 400])
    }
  },
)
