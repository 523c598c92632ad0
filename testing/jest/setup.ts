import { offerSharedServers } from '../mlflow/shared.ts'

export default offerSharedServers
