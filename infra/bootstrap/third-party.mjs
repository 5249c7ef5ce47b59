// What the licences of packages ask of who passes them on: their words, beside the program.
import { readdirSync, readFileSync } from 'node:fs'
import { root } from './install.mjs'

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/
const LICENCE = /^(licen[cs]e|copying|notice)/i
const RULE = '-'.repeat(80)

/**
 * @param files that went into a program, relative to the root
 * @returns name, version and the words of the licence of each package they are of
 */
export function thirdPartyNotices(files) {
  const folders = new Set(files.flatMap((file) => PACKAGE.exec(file)?.[0] ?? []))
  const notices = [...folders].map(noticeOf).sort()
  return ['This program has in it:', ...new Set(notices)].join(`\n\n${RULE}\n`)
}

function noticeOf(folder) {
  const at = `${root}${folder}`
  const { name, version, license, author } = JSON.parse(readFileSync(`${at}/package.json`, 'utf8'))
  const words = readdirSync(at)
    .filter((file) => LICENCE.test(file))
    .map((file) => readFileSync(`${at}/${file}`, 'utf8').trim())
  const by = author ? `by ${author.name ?? author}` : 'by its contributors'
  return [`${name} ${version}, ${license}`, ...(words.length > 0 ? words : [by])].join('\n\n')
}
