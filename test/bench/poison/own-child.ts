/** What a worker starts for jobs under which one has died. They need nothing that is to be opened. */
import { answerParent } from '../../../services/queue/index.ts'
import { beginWork } from './work.ts'

await answerParent(beginWork)
