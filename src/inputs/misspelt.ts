import { suggestName } from '../core/text/closest.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import { inputNames, inputSchema, type InputName } from './schema.ts'

const prefix = 'INPUT_'

/**
 * Inputs that the action does not have, but whose name is close to one that is left at its default.
 * The runner passes them on, and its own annotation only lists all inputs. A variable that somebody
 * set for another purpose is rarely so close.
 */
export function findMisspeltInputs(
  environment: Readonly<Record<string, string | undefined>>,
  values: Readonly<Record<string, string>>,
): Prose[] {
  const known = new Set(inputNames.map((name) => `${prefix}${name.toUpperCase()}`))
  return Object.keys(environment).flatMap((variable) => {
    if (!variable.startsWith(prefix) || known.has(variable)) return []
    if ((environment[variable] ?? '') === '') return []
    const name = variable.slice(prefix.length).toLowerCase()
    const suggestion = inputNames.find((input) => input === suggestName(name, inputNames))
    return suggestion === undefined || !isDefault(suggestion, values[suggestion] ?? '')
      ? []
      : [
          prose`\`${name}\` is not an input of mlflow-sync and has no effect. Did you mean \`${own(suggestion)}\`?`,
        ]
  })
}

function isDefault(name: InputName, value: string): boolean {
  const schema = inputSchema.shape[name]
  const parse = (text: string) => JSON.stringify(schema.safeParse(text).data)
  return value === '' || parse(value) === parse('')
}
