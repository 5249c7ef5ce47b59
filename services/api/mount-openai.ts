import type { FastifyPluginAsync } from 'fastify'
import { answerAsOpenai } from './openai-error.ts'
import { cancelBatchRoute } from './routes/cancel-batch.ts'
import { createBatchRoute } from './routes/create-batch.ts'
import { deleteFileRoute } from './routes/delete-file.ts'
import { fileContentRoute } from './routes/file-content.ts'
import { getBatchRoute } from './routes/get-batch.ts'
import { getFileRoute } from './routes/get-file.ts'
import { listBatchesRoute } from './routes/list-batches.ts'
import { listFilesRoute } from './routes/list-files.ts'
import { uploadFileRoute } from './routes/upload-file.ts'

/** The routes that OpenAI's clients use: their words, their errors. */
export const mountOpenai: FastifyPluginAsync = async (app) => {
  answerAsOpenai(app)
  for (const route of ROUTES) app.register(route)
}

const ROUTES = [
  cancelBatchRoute,
  createBatchRoute,
  deleteFileRoute,
  fileContentRoute,
  getBatchRoute,
  getFileRoute,
  listBatchesRoute,
  listFilesRoute,
  uploadFileRoute,
]
