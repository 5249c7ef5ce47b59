import { Type } from 'typebox'
import { Id, Next, PageQuery, strict } from './parts.ts'

const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

export const WebhookListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Type.String(),
        url: Type.String({ description: 'Without its query.' }),
        events: Type.Array(Type.String()),
        format: Type.String({ description: '`plain` or `cloudevents`.' }),
        circuit: Type.Optional(
          Type.Object(
            {
              failures: Type.Integer({ description: 'In a row.' }),
              failingSinceMs: Type.Integer(),
              openUntilMs: Type.Integer({ description: 'No attempt before this instant.' }),
              disabled: Type.Optional(
                Type.String({ description: 'Why nothing is sent any more.' }),
              ),
            },
            { description: 'Absent where all is well.' },
          ),
        ),
      }),
    ),
    next: Next,
  },
  { $id: 'WebhookList' },
)

export const DeliveryQuery = strict({
  ...PageQuery.properties,
  endpoint: Type.Optional(Id),
  status: Type.Optional(Type.Enum(['due', 'delivered', 'dead'])),
})

export const DeliveryPageSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Type.Integer(),
        endpoint: Type.String(),
        eventId: Type.String({ description: 'The `webhook-id` of every attempt.' }),
        eventType: Type.String(),
        status: Type.String({ description: '`due`, `delivered` or `dead`.' }),
        dueAtMs: Type.Integer(),
        finishedAtMs: Type.Optional(Type.Integer()),
        attempts: Type.Array(
          Type.Object({
            atMs: Type.Integer(),
            tookMs: Type.Integer(),
            httpStatus: Type.Optional(Type.Integer()),
            error: Type.Optional(Type.String()),
          }),
        ),
      }),
      { description: 'Newest first.' },
    ),
    next: Type.Optional(Type.String({ description: 'Cursor of the next page, if there is one.' })),
  },
  { $id: 'DeliveryPage' },
)

export const ReplaySchema = strict(
  {
    eventIds: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 1000 }),
    ),
    fromMs: Type.Optional(Instant),
    untilMs: Type.Optional(Instant),
  },
  { description: 'Either `eventIds`, or all that occurred in [`fromMs`, `untilMs`).' },
)

export const ReplayedSchema = Type.Object(
  { deliveries: Type.Integer({ description: 'To be sent again.' }) },
  { $id: 'Replayed' },
)

export const PingSchema = Type.Object(
  {
    status: Type.String({ description: '`delivered`, `failed` or `gone`.' }),
    httpStatus: Type.Optional(Type.Integer()),
    error: Type.Optional(Type.String()),
  },
  { $id: 'Ping' },
)
