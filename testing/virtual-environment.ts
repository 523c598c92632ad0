import { join } from 'node:path'

const environments = join(import.meta.dirname, '..', '.venvs')

/** Python of one of the virtual environments that `script/setup` creates. */
export function pythonOf(environment: string): string {
  const path = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
  return join(environments, environment, ...path)
}

/** The complete package of MLflow 3 with its web pages, which `script/demo --keep` installs. */
export const mlflowWithUi = join(environments, 'mlflow-ui')
