import { type Document, isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'

const MAX_CHARACTERS = 2_000_000
const MAX_ALIASES = 100

/** A YAML document and the way back from a JSON Pointer to the text. */
export interface YamlText {
  readonly value: unknown
  /** Line and column, from 1, of the value at `pointer`, or of the nearest thing around it. */
  readonly positionOf: (pointer: string) => { readonly line: number; readonly column: number }
}

/**
 * Parses YAML 1.2 (so JSON too): plain data, unique text keys, few aliases, no custom tags.
 *
 * @throws InvalidInput with every syntax error and where it is
 */
export function parseYaml(text: string, fileName: string): YamlText {
  if (text.length > MAX_CHARACTERS) {
    throw new InvalidInput(`${fileName}: is longer than ${MAX_CHARACTERS} characters`, [
      { path: '', message: `is longer than ${MAX_CHARACTERS} characters` },
    ])
  }
  const lines = new LineCounter()
  const { document, value } = read(text, lines, fileName)
  return { value, positionOf: (pointer) => positionOf(document, lines, pointer) }
}

function read(text: string, lineCounter: LineCounter, fileName: string) {
  try {
    const document = parseDocument(text, {
      lineCounter,
      logLevel: 'error',
      prettyErrors: false,
      stringKeys: true,
      version: '1.2',
    })
    const problems = [...document.errors, ...document.warnings]
    if (problems.length > 0) {
      throw notYaml(
        fileName,
        problems.map(({ message, pos }) => {
          const { line, col } = lineCounter.linePos(pos[0])
          return { path: '', message: inWords(message), line, column: Math.max(1, col) }
        }),
      )
    }
    return { document, value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown }
  } catch (error) {
    if (error instanceof InvalidInput) throw error
    // Alias bombs and aliases to nowhere: the library throws plain errors.
    throw notYaml(fileName, [{ path: '', message: inWords(String(error)) }])
  }
}

const inWords = (message: string) =>
  message.includes('call stack') ? 'is nested too deeply' : message

const notYaml = (fileName: string, issues: readonly FieldIssue[]) =>
  new InvalidInput(`${fileName}: is not valid YAML`, issues)

function positionOf(document: Document.Parsed, lines: LineCounter, pointer: string) {
  let node: Node | null | undefined = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    const [start, child]: readonly [number | undefined, Node | null] = stepInto(node, key)
    if (start === undefined) break
    offset = start
    node = child
  }
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Where a field or entry begins, and its value. A field begins at its name. */
function stepInto(
  node: Node | null | undefined,
  key: string,
): readonly [number | undefined, Node | null] {
  if (isMap<Node, Node | null>(node)) {
    const pair = node.items.find((item) => String(item.key) === key)
    return [pair?.key.range?.[0], pair?.value ?? null]
  }
  const item = isSeq<Node>(node) ? node.items[Number(key)] : undefined
  return [item?.range?.[0], item ?? null]
}
