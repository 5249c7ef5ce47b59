/** `npm run docs:readme`: prints the README's sample plan anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { sampleIn, samplePlan } from './sample-plan.ts'

const page = readFileSync('README.md', 'utf8')
const sample = await samplePlan()
writeFileSync(
  'README.md',
  page.replace(sampleIn(page), () => sample),
)
