/**
 * What the product ships that a fleet may refer to. Handed in, since catalogues belong to others;
 * a list left out is not checked.
 */
export interface KnownNames {
  readonly gpus?: readonly string[]
  readonly models?: readonly string[]
}
