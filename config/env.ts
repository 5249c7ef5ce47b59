import { isIP } from 'node:net'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidInput } from '../services/domain/errors.ts'

const Text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))

/** Every variable that Gridtide reads. */
const Variables = Type.Object({
  GRIDTIDE_HOME: Text('Data folder of the embedded database; ./.gridtide'),
  GRIDTIDE_TENANT: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
      description: 'Whose fleet this process serves, where several share one database; default',
    }),
  ),
  GRIDTIDE_FLEET: Text('Fleet file, where the command line names none'),
  GRIDTIDE_DATA: Text('Folder of real data for benchmarks and tests; ../shared/data'),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'PostgreSQL server for state, and for the queue unless REDIS_URL is set',
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({ pattern: '^rediss?://', description: 'Redis server for the queue' }),
  ),
  HOST: Text('Address to listen on; 127.0.0.1'),
  PORT: Type.Optional(
    Type.String({ pattern: '^[0-9]{1,5}$', description: 'Port to listen on, 0 for any; 8080' }),
  ),
  GRIDTIDE_SCALER_PORT: Type.Optional(
    Type.String({
      pattern: '^[0-9]{1,5}$',
      description: "Port for KEDA's external scaler over gRPC, 0 for any; none",
    }),
  ),
  GRIDTIDE_SCALER_CERT: Text('PEM file: certificate of the external scaler'),
  GRIDTIDE_SCALER_KEY: Text('PEM file: its private key'),
  GRIDTIDE_SCALER_CA: Text('PEM file: the authority whose clients it answers'),
  GRIDTIDE_TICK_SECONDS: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,4}$', description: 'Seconds between plans; 300' }),
  ),
  GRIDTIDE_AUTH: Type.Optional(
    Type.Enum(['required'], { description: 'Ask for credentials on loopback too' }),
  ),
  GRIDTIDE_OIDC_ISSUER: Text('OpenID Connect provider whose tokens are taken, as `iss` names it'),
  GRIDTIDE_OIDC_AUDIENCE: Text('`aud` that a token must be for'),
  GRIDTIDE_OIDC_JWKS_URL: Type.Optional(
    Type.String({ pattern: '^https://', description: 'Where the keys of the provider are' }),
  ),
  GRIDTIDE_MTLS_HEADER: Type.Optional(
    Type.String({
      pattern: '^[a-z][a-z0-9-]{0,63}$',
      description: 'Header in which the proxy says whose client certificate it has checked',
    }),
  ),
  GRIDTIDE_MTLS_PROXIES: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F.:/]+(,[0-9a-fA-F.:/]+)*$',
      description: 'CIDR ranges of that proxy; the header is believed from these alone',
    }),
  ),
  GRIDTIDE_MTLS_SCOPES: Type.Optional(
    Type.String({
      pattern: '^(read|plan|act|admin)(,(read|plan|act|admin))*$',
      description: 'What a client with a certificate may do; read',
    }),
  ),
  GRIDTIDE_TRUST_PROXY: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F.:/]+(,[0-9a-fA-F.:/]+)*$',
      description: 'Addresses or CIDR ranges of proxies whose X-Forwarded-For says who calls; none',
    }),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'OTLP/HTTP collector that traces are sent to; none',
    }),
  ),
  LOG_LEVEL: Type.Optional(
    Type.Enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      description: 'The least important lines to log; info',
    }),
  ),
})
const shape = Compile(Variables)

export interface Env {
  readonly home: string
  readonly tenant: string
  readonly fleet?: string
  readonly dataFolder: string
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly traceEndpoint?: string
  readonly authRequired: boolean
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
  readonly certificates?: {
    readonly header: string
    readonly proxies: readonly string[]
    readonly scopes: readonly ('read' | 'plan' | 'act' | 'admin')[]
  }
  /** Addresses and CIDR ranges. */
  readonly trustedProxies?: readonly string[]
  readonly host: string
  readonly port: number
  readonly scaler?: {
    readonly port: number
    /** Paths of PEM files. */
    readonly tls?: {
      readonly certificate: string
      readonly key: string
      readonly clientAuthority: string
    }
  }
  readonly tickSeconds: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
}

/**
 * The environment, read once and checked as a whole. An empty variable counts as not set.
 *
 * @throws InvalidInput naming every variable that is wrong
 */
export function readEnv(raw: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(
    Object.keys(Variables.properties)
      .map((name) => [name, raw[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  )
  if (!shape.Check(given)) {
    const issues = [...shape.Errors(given)].map(({ instancePath, message }) => ({
      path: instancePath,
      message,
    }))
    const names = issues.map(({ path, message }) => `${path.slice(1)} ${message}`)
    throw new InvalidInput(`bad environment: ${names.join('; ')}`, issues)
  }
  return meaningOf(given)
}

function meaningOf(given: Static<typeof Variables>): Env {
  return {
    home: given.GRIDTIDE_HOME ?? './.gridtide',
    tenant: given.GRIDTIDE_TENANT ?? 'default',
    dataFolder: given.GRIDTIDE_DATA ?? '../shared/data',
    host: given.HOST ?? '127.0.0.1',
    port: portOf('PORT', given.PORT ?? '8080'),
    authRequired: given.GRIDTIDE_AUTH === 'required',
    tickSeconds: Number(given.GRIDTIDE_TICK_SECONDS ?? 300),
    logLevel: (given.LOG_LEVEL as Env['logLevel'] | undefined) ?? 'info',
    ...(given.GRIDTIDE_FLEET && { fleet: given.GRIDTIDE_FLEET }),
    ...(given.DATABASE_URL && { databaseUrl: given.DATABASE_URL }),
    ...(given.REDIS_URL && { redisUrl: given.REDIS_URL }),
    ...signIn(given),
    ...(given.GRIDTIDE_TRUST_PROXY && {
      trustedProxies: given.GRIDTIDE_TRUST_PROXY.split(',').map(addressOrRange),
    }),
    ...scaler(given),
    ...(given.OTEL_EXPORTER_OTLP_ENDPOINT && {
      traceEndpoint: given.OTEL_EXPORTER_OTLP_ENDPOINT,
    }),
  }
}

type Given = Static<typeof Variables>

/** @throws InvalidInput above 65535 */
function portOf(name: string, text: string): number {
  const port = Number(text)
  if (port > 65_535) throw new InvalidInput(`bad environment: ${name} ${port} is above 65535`)
  return port
}

/** Its three files are all there or not at all. */
function scaler(given: Given): Pick<Env, 'scaler'> {
  const { GRIDTIDE_SCALER_CERT: certificate, GRIDTIDE_SCALER_KEY: key } = given
  const { GRIDTIDE_SCALER_CA: clientAuthority, GRIDTIDE_SCALER_PORT: port } = given
  const files = { certificate, key, clientAuthority }
  const tls = whole('GRIDTIDE_SCALER_CERT, _KEY and _CA', files)
  if (port === undefined) return {}
  return { scaler: { port: portOf('GRIDTIDE_SCALER_PORT', port), ...(tls && { tls }) } }
}

/** Ways to sign in besides keys; each is whole or not there. */
function signIn(given: Given): Pick<Env, 'oidc' | 'certificates'> {
  const { GRIDTIDE_OIDC_ISSUER: issuer, GRIDTIDE_OIDC_AUDIENCE: audience } = given
  const { GRIDTIDE_OIDC_JWKS_URL: jwksUrl, GRIDTIDE_MTLS_HEADER: header } = given
  const { GRIDTIDE_MTLS_PROXIES: proxies, GRIDTIDE_MTLS_SCOPES: scopes = 'read' } = given
  const oidc = whole('GRIDTIDE_OIDC_ISSUER, _AUDIENCE and _JWKS_URL', { issuer, audience, jwksUrl })
  const certificates = whole('GRIDTIDE_MTLS_HEADER and _PROXIES', { header, proxies })
  return {
    ...(oidc && { oidc }),
    ...(certificates && {
      certificates: {
        header: certificates.header,
        proxies: certificates.proxies
          .split(',')
          .map((range) => cidr('GRIDTIDE_MTLS_PROXIES', range)),
        scopes: scopes.split(',') as ('read' | 'plan' | 'act' | 'admin')[],
      },
    }),
  }
}

/** @throws InvalidInput where some are set and others are not */
function whole<Names extends string>(
  names: string,
  parts: Record<Names, string | undefined>,
): Record<Names, string> | undefined {
  const set = Object.values(parts).filter((part) => part !== undefined)
  if (set.length === 0) return undefined
  if (set.length === Object.keys(parts).length) return parts as Record<Names, string>
  throw new InvalidInput(`bad environment: ${names} go together, and only some of them are set`)
}

/** @throws InvalidInput where it is no range of addresses */
function cidr(name: string, range: string): string {
  const [address = '', bits = ''] = range.split('/')
  const most = isIP(address) === 6 ? 128 : 32
  if (isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most) return range
  throw new InvalidInput(`bad environment: ${name}: ${range} is no CIDR range`)
}

const addressOrRange = (text: string): string =>
  isIP(text) > 0 ? text : cidr('GRIDTIDE_TRUST_PROXY', text)
