import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
const BINARIES = join(CACHE, 'gridtide/control-plane/bin')
const READY_MS = 120_000

/** Who may call, by name; each has the token of the same name. */
const USERS = { admin: 'system:masters', actuator: 'actuators', viewer: 'viewers' }
export type User = keyof typeof USERS

/** A real etcd, API server and controller manager on loopback, in a folder of their own. */
export async function startControlPlane() {
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-kubernetes-'))
  const [etcdPort, peerPort, apiPort] = await Promise.all([freePort(), freePort(), freePort()])
  const server = `https://127.0.0.1:${apiPort}`
  const running: ChildProcess[] = []
  const start = (name: string, ...flags: readonly string[]) => {
    const child = spawn(join(BINARIES, name), flags, { stdio: ['ignore', 'pipe', 'pipe'] })
    const log = createWriteStream(join(folder, `${name}.log`))
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    running.push(child)
  }
  const users = Object.entries(USERS).map(([name, group]) => `${name},${name},${name},${group}\n`)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const tokens = await file('tokens.csv', users.join(''))
  const key = await file('sa.key', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())
  const admin = await file('admin.json', kubeconfigOf(server, 'admin'))

  const etcd = `http://127.0.0.1:${etcdPort}`
  const peer = `http://127.0.0.1:${peerPort}`
  start(
    'etcd',
    ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', etcd],
    ...['--advertise-client-urls', etcd, '--listen-peer-urls', peer],
    ...['--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
  )
  start(
    'kube-apiserver',
    ...[`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${apiPort}`],
    ...[`--cert-dir=${folder}`, `--token-auth-file=${tokens}`, '--authorization-mode=RBAC'],
    ...['--service-account-issuer=https://kubernetes.default.svc'],
    ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
    ...['--disable-admission-plugins=ServiceAccount', '--service-cluster-ip-range=10.0.0.0/24'],
    '--endpoint-reconciler-type=none',
  )
  await until(async () => (await call(server, 'admin', 'GET', '/readyz')).status === 200)
  start(
    'kube-controller-manager',
    ...[`--kubeconfig=${admin}`, '--leader-elect=false', '--port=0', '--secure-port=0'],
    '--controllers=deployment,replicaset,horizontalpodautoscaling',
    '--horizontal-pod-autoscaler-sync-period=2s',
  )
  return {
    server,
    /** The text of a kubeconfig with one user. */
    kubeconfig: (user: User) => kubeconfigOf(server, user),
    /** @throws where the server refuses */
    async do(method: string, path: string, body?: unknown, type = 'application/json') {
      const answer = await call(server, 'admin', method, path, body, type)
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`)
      return JSON.parse(answer.text)
    },
    async stop() {
      for (const child of running.reverse()) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

export type ControlPlane = Awaited<ReturnType<typeof startControlPlane>>

const kubeconfigOf = (server: string, user: User): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user } }],
    clusters: [{ name: 'k', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: user, user: { token: user } }],
  })

const agent = new Agent({ rejectUnauthorized: false, keepAlive: true })

function call(
  server: string,
  user: User,
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${user}`, 'content-type': type }
    const asking = request(`${server}${path}`, { method, headers, agent }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, text }))
    })
    asking.on('error', reject)
    asking.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Waits until something is so; what throws is not so yet. */
export async function until(isSo: () => Promise<boolean>, patienceMs = READY_MS): Promise<void> {
  const lateMs = Date.now() + patienceMs
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > lateMs) throw new Error(`not so within ${patienceMs / 1000} s: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
