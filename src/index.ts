// Must be the first import.
import { environment, restoreEnvironment } from './environment.ts'
import { main } from './main.ts'
import { runInTerminal } from './terminal/terminal.ts'

restoreEnvironment()
const args = process.argv.slice(2)
await (args.length === 0 && isStep() ? main(environment) : runInTerminal(args, environment))
// A connection that is still being established, or a host name that is still being looked up, would
// keep the process alive until it times out.
process.stdout.write('', () => process.exit())

/** Whether this process is a step of a workflow. A runner sets the inputs as variables. */
function isStep(): boolean {
  const { GITHUB_ACTIONS } = environment
  return (
    GITHUB_ACTIONS === 'true' || Object.keys(environment).some((name) => name.startsWith('INPUT_'))
  )
}
