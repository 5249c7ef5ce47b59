// `npm run test:pack`: packs the package, installs it in an empty folder as a user would, and runs it.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startIssuer } from './issuer.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gridtide-pack-'))
const run = (command, args, cwd = folder) => execFileSync(command, args, { cwd, encoding: 'utf8' })
/** What a user would write: the typed client, found by the name that the package exports. */
const ASK = `
import { gridtide } from 'gridtide/client'
const { data, error } = await gridtide({ baseUrl: process.argv[2] }).GET('/v1/regions')
if (error) throw new Error(error.detail)
console.log(data.items.map(({ id }) => id).join(' '))
`

/** Where the service listens, once it says so. */
const urlOf = (service) =>
  new Promise((resolve, reject) => {
    let said = ''
    service.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
      const url = /Gridtide is up at (http:\S+)/.exec(said)?.[1]
      if (url !== undefined) resolve(url)
    })
    service.once('exit', () => reject(new Error(`the service ended before it listened: ${said}`)))
  })

/** Runs the installed service, with these variables besides, for as long as `work` takes. */
async function whileServing(env, work) {
  const home = { GRIDTIDE_HOME: join(folder, 'home'), HOST: '127.0.0.1', PORT: '0' }
  const service = spawn(
    process.execPath,
    ['node_modules/gridtide/bin/gridtide.mjs', 'serve', '--fleet', 'fleet.yaml'],
    {
      cwd: folder,
      env: { ...process.env, ...home, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const exited = once(service, 'exit')
  try {
    await work(await urlOf(service))
  } finally {
    service.kill('SIGTERM')
    await exited
  }
}

try {
  run('npm', ['run', 'build'], root)
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  )
  const strays = files
    .map(({ path }) => path)
    .filter((path) => /^(test|services|workers|docs)\//.test(path))
  if (strays.length > 0) throw new Error(`the package holds ${strays.slice(0, 3).join(', ')}`)

  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--omit=optional',
    '--engine-strict',
    join(folder, filename),
  ])
  cpSync(join(root, 'config/examples/two-regions.yaml'), join(folder, 'fleet.yaml'))
  const gridtide = (...args) => run(join(folder, 'node_modules/.bin/gridtide'), args).trim()
  console.log(`gridtide --version: ${gridtide('--version')}`)
  console.log(gridtide('validate', 'fleet.yaml'))
  const plan = JSON.parse(gridtide('plan', '--fleet', 'fleet.yaml', '--json'))
  console.log(
    `gridtide plan: ${JSON.stringify(plan).length} bytes; ${files.length} files in the package`,
  )

  writeFileSync(join(folder, 'ask.mjs'), ASK)
  await whileServing({}, async (url) => {
    const regions = run(process.execPath, ['ask.mjs', url]).trim()
    if (regions !== 'frankfurt stockholm') throw new Error(`the client was told "${regions}"`)
    console.log(`gridtide/client: regions ${regions}`)
  })

  const { issuer, jwksUrl, certificate, token, close } = await startIssuer(folder)
  const signIn = {
    GRIDTIDE_AUTH: 'required',
    GRIDTIDE_OIDC_ISSUER: issuer,
    GRIDTIDE_OIDC_AUDIENCE: 'gridtide',
    GRIDTIDE_OIDC_JWKS_URL: jwksUrl,
    NODE_EXTRA_CA_CERTS: certificate,
  }
  try {
    await whileServing(signIn, async (url) => {
      const status = async (headers) => (await fetch(`${url}/v1/regions`, { headers })).status
      const bearing = async (audience) =>
        status({ authorization: `Bearer ${await token(audience)}` })
      const told = [await bearing('gridtide'), await bearing('another'), await status({})]
      if (told.join(' ') !== '200 401 401') throw new Error(`tokens were told ${told.join(' ')}`)
      console.log('OpenID Connect: a token is taken; for another audience, or none, it is refused')
    })
  } finally {
    close()
  }
} finally {
  rmSync(folder, { recursive: true })
}
