import { AppError, type FieldIssue, InvalidInput } from '../domain/errors.ts'

/** A mistake on one line: where in the text, where in the document, what, and what would be right. */
export function issueLine(file: string, issue: FieldIssue): string {
  const { path, message, suggestion, line, column } = issue
  const place = [file, line, column].filter(Boolean).join(':')
  return `${place} ${path || '/'}: ${message}${suggestion ? ` (${suggestion})` : ''}`
}

/** What went wrong, in lines for a person; never a stack, never a secret. */
export function errorLines(error: unknown): readonly string[] {
  if (error instanceof InvalidInput && error.issues.length > 0) {
    const [headline] = error.message.split('\n')
    return [headline!, ...error.issues.map((issue) => `  ${issueLine('', issue).trim()}`)]
  }
  if (error instanceof AppError) return [error.message]
  return [`unexpected failure: ${error instanceof Error ? error.message : String(error)}`]
}
