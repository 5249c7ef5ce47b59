import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A regular expression of the source, and where it stands. */
export interface Pattern {
  readonly place: string
  readonly source: string
  readonly flags: string
}

/** What a file makes a pattern of that is written down elsewhere, so that it cannot be looked at here. */
export interface UnknownPattern {
  readonly place: string
  readonly text: string
}

/** Every regular expression that a file writes down: literals, `RegExp`s, the `pattern` of schemas. */
export function patternsOf(fileName: string, text: string) {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true)
  const constants = textsOf(file)
  const found: Pattern[] = []
  const unknown: UnknownPattern[] = []
  const note = (node: ts.Expression, flags: string): void => {
    const place = `${fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isRegularExpressionLiteral(node)) {
      found.push({ place, source: bodyOf(node), flags: node.text.slice(bodyOf(node).length + 2) })
      return
    }
    const source = textOf(node, constants)
    if (source === undefined) unknown.push({ place, text: node.getText() })
    else found.push({ place, source, flags })
  }
  const visit = (node: ts.Node): void => {
    const made = patternAt(node)
    if (made) note(made.source, (made.flags && textOf(made.flags, constants)) ?? '')
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { found, unknown }
}

/** What a node makes a pattern of, if it makes one. */
function patternAt(
  node: ts.Node,
): { readonly source: ts.Expression; readonly flags?: ts.Expression | undefined } | undefined {
  if (ts.isRegularExpressionLiteral(node)) return { source: node }
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'pattern') {
    return { source: node.initializer }
  }
  if (ts.isShorthandPropertyAssignment(node) && node.name.text === 'pattern') {
    return { source: node.name }
  }
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined
  const [source, flags] = node.arguments ?? []
  const isMade = node.expression.getText() === 'RegExp' && source
  return isMade && !ts.isRegularExpressionLiteral(source) ? { source, flags } : undefined
}

const bodyOf = ({ text }: ts.RegularExpressionLiteral): string =>
  text.slice(1, text.lastIndexOf('/'))

/** The constants of a file that are text, or made of such. */
function textsOf(file: ts.SourceFile): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer) {
      const text = textOf(node.initializer, texts)
      if (text !== undefined) texts.set(node.name.getText(), text)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return texts
}

/** What an expression says, where that is written down; undefined otherwise. */
function textOf(node: ts.Expression, constants: ReadonlyMap<string, string>): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isIdentifier(node)) return constants.get(node.text)
  const texts = partsOf(node)?.map((part) =>
    typeof part === 'string' ? part : textOf(part, constants),
  )
  return texts?.includes(undefined) ? undefined : texts?.join('')
}

/** What a template or a sum is put together from. */
function partsOf(node: ts.Expression): (string | ts.Expression)[] | undefined {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return [node.left, node.right]
  }
  if (!ts.isTemplateExpression(node)) return undefined
  const spans = node.templateSpans.flatMap(({ expression, literal }) => [expression, literal.text])
  return [node.head.text, ...spans]
}

/** Every `pattern` of a schema as it was built, however it was put together. */
export function patternsIn(place: string, schema: unknown): Pattern[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([name, value]) => {
    const at = `${place}/${name}`
    if (name === 'pattern' && typeof value === 'string') {
      return [{ place: at, source: value, flags: 'u' }]
    }
    const named = name === 'patternProperties' ? Object.keys(value as object) : []
    return [...named.map((source) => ({ place: at, source, flags: 'u' })), ...patternsIn(at, value)]
  })
}

/** Of all that ships. */
export function shippedPatterns() {
  const sources = ['services', 'workers', 'config']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('client/openapi.ts'))
    .map((path) => patternsOf(path, readFileSync(path, 'utf8')))
  const schemas = ['services/fleet/fleet.schema.json', 'services/api/openapi.json'].flatMap(
    (path) => patternsIn(path, JSON.parse(readFileSync(path, 'utf8'))),
  )
  return {
    schemas,
    found: [...sources.flatMap(({ found }) => found), ...schemas],
    unknown: sources.flatMap(({ unknown }) => unknown),
  }
}
