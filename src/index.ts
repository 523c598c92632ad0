// Must be the first import.
import { environment, restoreEnvironment } from './environment.ts'
import { main } from './main.ts'

restoreEnvironment()
await main(environment)
