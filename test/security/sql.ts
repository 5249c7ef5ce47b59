import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** What is put into the text of a statement, and where. */
export interface Interpolation {
  readonly place: string
  readonly text: string
  /** A text that the same file writes down, so no value that came from elsewhere. */
  readonly isFixed: boolean
}

/** Of every call of `query`: what its first argument is made of, besides plain text. */
export function interpolationsOf(fileName: string, source: string): Interpolation[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true)
  const fixed = fixedTexts(file)
  const found: Interpolation[] = []
  const note = (node: ts.Expression): void => {
    if (ts.isStringLiteralLike(node)) return
    if (ts.isTemplateExpression(node)) {
      for (const { expression } of node.templateSpans) note(expression)
      return
    }
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
    const isFixed = ts.isIdentifier(node) && fixed.has(node.text)
    found.push({ place: `${fileName}:${line}`, text: node.getText(), isFixed })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [statement] = node.arguments
      if (statement && node.expression.name.text === 'query') note(statement)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** Constants of a file that are plain text or numbers, or made of such constants. */
function fixedTexts(file: ts.SourceFile): ReadonlySet<string> {
  const fixed = new Set<string>()
  const isFixed = (node: ts.Expression): boolean => {
    if (ts.isIdentifier(node)) return fixed.has(node.text)
    if (ts.isTemplateExpression(node)) {
      return node.templateSpans.every(({ expression }) => isFixed(expression))
    }
    return ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)
  }
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    if (!(statement.declarationList.flags & ts.NodeFlags.Const)) continue
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (initializer && isFixed(initializer)) fixed.add(name.getText())
    }
  }
  return fixed
}

/** Of all that ships, but for queries in other languages than SQL. */
export const shippedInterpolations = (): Interpolation[] =>
  ['services', 'workers', 'config']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('services/telemetry/'))
    .flatMap((path) => interpolationsOf(path, readFileSync(path, 'utf8')))
