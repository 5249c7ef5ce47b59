// Private Redis and PostgreSQL servers for the tests, on free ports and in a temporary folder, and
// a browser.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const NEEDED = [
  { name: 'Redis', variable: 'TEST_REDIS_URL', binary: 'redis-server', start: startRedis },
  { name: 'PostgreSQL', variable: 'TEST_DATABASE_URL', binary: 'postgres', start: startPostgres },
  { name: 'Chromium', variable: 'TEST_CHROMIUM', binary: 'chromium', start: nameChromium },
]
const PACKAGES = {
  apt: { 'redis-server': 'redis-server', postgres: 'postgresql', chromium: 'chromium' },
  brew: { 'redis-server': 'redis', postgres: 'postgresql@17', chromium: 'chromium' },
}
/** Welcome: the tests that use one say so where it is not there. Named as their packages are. */
const WELCOME = ['zsh', 'fish']
const READY_MS = 60_000
const STOP_MS = 30_000
/** Below what Linux, macOS and Windows hand out, above what services are known by. */
const PORTS = [20_000, 30_000]

/**
 * Starts what is not already named by TEST_REDIS_URL and TEST_DATABASE_URL, and finds the browser
 * where TEST_CHROMIUM names none.
 *
 * @returns the variables to hand to the tests, what could not be had (one line each, naming the
 *   command that would provide it), and how to stop it all
 */
export async function startServers() {
  const wanted = NEEDED.filter(({ variable }) => !process.env[variable])
  const absent = wanted.map(({ binary }) => binary).filter((binary) => !find(binary))
  const unwelcomed = WELCOME.filter((binary) => !find(binary))
  if (absent.length + unwelcomed.length > 0) tryToInstall([...absent, ...unwelcomed])

  const folder = mkdtempSync(join(tmpdir(), 'gridtide-servers-'))
  const running = []
  const env = {}
  const missing = []
  for (const { name, variable, binary, start } of wanted) {
    const path = find(binary)
    const why = path ? await start(path, folder, running, env).catch((error) => error) : undefined
    if (env[variable]) continue
    missing.push(`${name} is not available${why ? ` (${why.message})` : ''}: ${remedy(binary)}`)
  }
  return { env, missing, stop: () => stop(running, folder) }
}

/** One more PostgreSQL server, for a caller who does to it what others could not bear. */
export async function anotherPostgres() {
  const absent = ['redis-server', 'postgres'].filter((binary) => !find(binary))
  if (absent.length > 0) tryToInstall(absent)
  const path = find('postgres')
  if (!path) throw new Error(remedy('postgres'))
  const folder = mkdtempSync(join(tmpdir(), 'gridtide-servers-'))
  const running = []
  const env = {}
  await startPostgres(path, folder, running, env)
  return { url: env.TEST_DATABASE_URL, pid: running[0].pid, stop: () => stop(running, folder) }
}

function remedy(binary) {
  const variable = NEEDED.find((needed) => needed.binary === binary).variable
  const command = process.platform === 'darwin' ? 'brew install' : 'sudo apt-get install -y'
  const manager = process.platform === 'darwin' ? 'brew' : 'apt'
  return `run "${command} ${PACKAGES[manager][binary]}", or set ${variable}`
}

function find(binary) {
  const folders = process.env.PATH.split(delimiter)
  const versions = '/usr/lib/postgresql'
  if (existsSync(versions)) {
    folders.push(...readdirSync(versions).map((version) => `${versions}/${version}/bin`))
  }
  for (const prefix of ['/opt/homebrew/opt', '/usr/local/opt']) {
    folders.push(`${prefix}/postgresql@17/bin`, `${prefix}/redis/bin`)
  }
  return folders.map((folder) => join(folder, binary)).find((path) => existsSync(path))
}

function tryToInstall(binaries) {
  const run = (command, args) => {
    const options = { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000, env: quiet }
    return spawnSync(command, args, options).status === 0
  }
  const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  if (find('apt-get')) {
    const names = binaries.map((binary) => PACKAGES.apt[binary] ?? binary)
    const sudo = process.getuid() === 0 ? [] : ['sudo', '-n']
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'apt-get', ...args]
      return run(command, rest)
    }
    if (sudo.length > 0 && !(find('sudo') && run('sudo', ['-n', 'true']))) return
    console.error(`installing ${names.join(' and ')} with apt-get`)
    if (!apt('update', '-qq')) return
    // One by one: a system that lacks one of them may have the others.
    for (const name of names) apt('install', '-y', '-qq', '--no-install-recommends', name)
  } else if (find('brew')) {
    run('brew', ['install', ...binaries.map((binary) => PACKAGES.brew[binary] ?? binary)])
  }
}

async function nameChromium(path, _folder, _running, env) {
  env.TEST_CHROMIUM = path
}

async function startRedis(path, folder, running, env) {
  const port = await freePort()
  const dir = join(folder, 'redis')
  mkdirSync(dir)
  const policy = ['--maxmemory-policy', 'noeviction', '--appendonly', 'yes', '--save', '']
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir]
  await ready(running, spawn(path, [...where, ...policy]), /Ready to accept connections/)
  env.TEST_REDIS_URL = `redis://127.0.0.1:${port}`
}

async function startPostgres(path, folder, running, env) {
  const data = join(folder, 'postgres')
  mkdirSync(data)
  const owner = whoMayRunPostgres()
  if (owner.uid !== undefined) {
    chownSync(folder, owner.uid, owner.gid)
    chownSync(data, owner.uid, owner.gid)
  }
  const options = { ...owner, cwd: data }
  const initdb = join(path, '..', 'initdb')
  const encoding = ['--encoding=UTF8', '--locale=C']
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', ...encoding], {
    ...options,
    stdio: 'ignore',
  })
  const port = await freePort()
  // A test server may lose everything with the power: no fsync.
  const settings = ['fsync=off', 'synchronous_commit=off', 'max_connections=400']
  settings.push('listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${data}`)
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  await ready(running, spawn(path, args, options), /ready to accept connections/)
  env.TEST_DATABASE_URL = `postgresql://postgres@127.0.0.1:${port}/postgres`
}

/** PostgreSQL refuses to run as root; its own user, or nobody, will do. */
function whoMayRunPostgres() {
  if (process.getuid?.() !== 0) return {}
  for (const user of ['postgres', 'nobody']) {
    const id = (flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim())
    if (spawnSync('id', ['-u', user]).status === 0) return { uid: id('-u'), gid: id('-g') }
  }
  return {}
}

function ready(running, child, sign) {
  running.push(child)
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = () => reject(new Error(said.trim().split('\n').at(-1) || 'it did not start'))
    const timer = setTimeout(fail, READY_MS)
    const listen = (chunk) => {
      said += chunk
      if (!sign.test(said)) return
      clearTimeout(timer)
      said = ''
      resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('error', reject)
    child.once('exit', fail)
  })
}

async function stop(running, folder) {
  await Promise.all(
    running.map(
      (child) =>
        new Promise((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve()
          child.once('exit', resolve)
          child.kill('SIGINT') // a fast shutdown for both
          setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref()
        }),
    ),
  )
  // What a server had started may write on for a moment after it.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
}

/**
 * A port of loopback for whoever listens later, or again. The system hands none of these to anybody
 * by itself: not to a server that asks for any port, nor to a connection.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(...PORTS)
    const server = createServer().listen(port, '127.0.0.1')
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!free) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
