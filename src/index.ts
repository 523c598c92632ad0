// Must be the first import.
import { environment, restoreEnvironment } from './environment.ts'
import { main } from './main.ts'
import { runInTerminal } from './terminal/terminal.ts'

restoreEnvironment()
const [, program = '', ...args] = process.argv
// A runner starts the bundle itself, and without arguments; a terminal starts bin/mlflow-sync.js.
const isStep = args.length === 0 && program.endsWith('index.js')
await (isStep ? main(environment) : runInTerminal(args, environment))
// A connection that is still being established, or a host name that is still being looked up, would
// keep the process alive until it times out.
process.stdout.write('', () => process.exit())
