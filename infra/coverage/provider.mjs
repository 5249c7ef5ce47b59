// V8's coverage as vitest takes it, less what says nothing. Test files share a process, and after
// each one V8 tells of every module that the process ever loaded, also where nothing of it ran since:
// writing, reading and adding up those zeros took longer than all the rest of the report.
import v8 from '@vitest/coverage-v8'

const ran = ({ ranges }) => ranges.some(({ count }) => count > 0)

export default {
  ...v8,
  async takeCoverage(options) {
    const { result } = await v8.takeCoverage(options)
    return { result: result.filter(({ functions }) => functions.some(ran)) }
  },
}
