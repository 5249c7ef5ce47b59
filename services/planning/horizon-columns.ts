/** First column of each kind of decision: by model [window][bin], by batch work [window][region]. */
export interface HorizonColumns {
  readonly replicas: Int32Array
  readonly loads: Int32Array
  readonly starts: Int32Array
  readonly batch: Int32Array
}
