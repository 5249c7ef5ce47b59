// `npm run docs:site` makes a website of docs/ in docs/.vitepress/dist. A dead link fails the build.
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const DOCS = fileURLToPath(new URL('..', import.meta.url))
const REPOSITORY = 'https://github.com/gridtide/gridtide/blob/main/'

const page = (text, link) => ({ text, link })

export default {
  title: 'Gridtide',
  description: 'Runs LLM inference where and when the grid is clean.',
  cleanUrls: true,
  lastUpdated: false,
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  markdown: { config: linkToRepository },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      {
        text: 'Begin',
        items: [
          page('Quick start', '/quick-start'),
          page('Concepts', '/concepts'),
          page('Questions', '/faq'),
          page('Beside others', '/comparison'),
          page('Glossary', '/glossary'),
        ],
      },
      {
        text: 'How it works',
        items: [
          page('Architecture', '/architecture'),
          page('Grid', '/grid'),
          page('Models', '/models'),
          page('Planning', '/planning'),
          page('Batch', '/batch'),
          page('Adapters for jobs', '/adapters'),
          page('Backends', '/backends'),
          page('Accounting', '/accounting'),
          page('Backtest', '/backtest'),
          page('Benchmarks', '/benchmarks'),
        ],
      },
      {
        text: 'Run it',
        items: [
          page('Ways to run', '/install'),
          page('Operations', '/operations'),
          page('Scaling', '/scaling'),
          page('Security', '/security'),
          page('Reliability', '/reliability'),
          page('Metrics', '/metrics'),
          page('Dashboard', '/dashboard'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Fleet file', '/fleet-file'),
          page('Command line', '/cli'),
          page('HTTP API', '/api'),
          page('API reference', '/api-reference'),
          page('Errors', '/errors'),
          page('Decisions', '/decisions/'),
        ],
      },
    ],
  },
}

/** Links out of docs/ lead to the repository: the site has no page of code. */
function linkToRepository(md) {
  md.core.ruler.push('link-to-repository', ({ tokens, env }) => {
    for (const link of tokens.flatMap(({ children }) => children ?? [])) {
      const href = link.type === 'link_open' ? link.attrGet('href') : null
      if (!href || /^[a-z]+:|^#/.test(href)) continue
      const [path, anchor] = href.split('#')
      const inDocs = relative(DOCS, join(dirname(env.path), path))
      const isPage = path.endsWith('.md') && !inDocs.startsWith('..')
      if (isPage) continue
      const inRepository = relative(join(DOCS, '..'), join(DOCS, inDocs))
      link.attrSet('href', `${REPOSITORY}${inRepository}${anchor ? `#${anchor}` : ''}`)
      link.attrSet('target', '_blank')
    }
  })
}
