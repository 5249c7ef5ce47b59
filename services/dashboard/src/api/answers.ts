import type { Failure } from './failure.ts'

/** What is known of something that was asked for. */
export type Resource<Body> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure }
  | {
      readonly state: 'ready'
      readonly body: Body
      /** When it was answered. */
      readonly atMs: number
      /** The pulse of the page that it answers: within one, nothing is asked twice. */
      readonly pulse: number
      /** Why it could not be refreshed since; undefined where it could. */
      readonly failure?: Failure | undefined
    }

/** Answers by what was asked, so that going back to a screen shows it at once. */
export const answers = new Map<string, Resource<unknown>>()

/** For a change of key: what another caller was shown is not for this one. */
export const forgetAnswers = (): void => answers.clear()
