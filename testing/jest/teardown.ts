import { stopSharedServers } from '../mlflow/shared.ts'

export default stopSharedServers
