import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A regular expression of the source, and where it stands. */
export interface Pattern {
  readonly place: string
  readonly source: string
  readonly flags: string
}

/** Every regular expression that a file writes down: literals, and the `pattern` of schemas. */
export function patternsOf(fileName: string, text: string): Pattern[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true)
  const found: Pattern[] = []
  const visit = (node: ts.Node): void => {
    const place = `${fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      found.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
    }
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'pattern') {
      const { initializer } = node
      if (ts.isStringLiteralLike(initializer)) {
        found.push({ place, source: initializer.text, flags: '' })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** Of all that ships. */
export const shippedPatterns = (): Pattern[] =>
  ['services', 'workers', 'config']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('client/openapi.ts'))
    .flatMap((path) => patternsOf(path, readFileSync(path, 'utf8')))
