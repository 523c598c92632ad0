// Must be the first import.
import { environment, restoreEnvironment } from './environment.ts'
import { main } from './main.ts'

restoreEnvironment()
await main(environment)
// A connection that is still being established, or a host name that is still being looked up, would
// keep the process alive until it times out.
process.stdout.write('', () => process.exit())
