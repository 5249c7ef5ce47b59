import { webhookNotifier } from '../../services/notification/adapters/webhook.ts'
import { describeNotifier } from '../contracts/notifier.contract.ts'

describeNotifier('webhook', (timeoutMs) => webhookNotifier({ timeoutMs }))
