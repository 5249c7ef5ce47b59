// The bill of materials of what production installs or has in it, in CycloneDX: `npm run sbom` prints it.
// (`npm sbom --omit dev` leaves out what development needs as well.)
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { shippedLicences } from './licences.mjs'

const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`
const componentOf = (each, type = 'library') => ({
  type,
  'bom-ref': purlOf(each),
  name: each.name,
  version: each.version,
  purl: purlOf(each),
  licenses: [{ expression: each.licence }],
})

/** A CycloneDX 1.5 document, without time or serial number: the same packages give the same text. */
export function billOfMaterials() {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  // One version may lie in several folders.
  const components = new Map(shippedLicences().map((each) => [purlOf(each), componentOf(each)]))
  const product = { ...manifest, licence: manifest.license }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: componentOf(product, 'application') },
    components: [...components.values()],
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(billOfMaterials(), null, 2))
}
