import { geoCentroid, geoEqualEarth, geoPath } from 'd3-geo'
import { useMemo } from 'preact/hooks'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import land from 'world-atlas/land-110m.json'
import { type PlacedLabel, placeLabels } from '../figures/place-labels.ts'
import { strings } from '../strings.ts'

export interface MapDot {
  readonly id: string
  readonly title: string
  readonly value: string
  /** Longitude and latitude, degrees. */
  readonly place: readonly [number, number]
  /** Relative size, 0 to 1. */
  readonly size: number
  /** 0 is clean, 1 is dirty; undefined is not known. */
  readonly dirtiness: number | undefined
  readonly href: string
}

const WIDTH = 560
const HEIGHT = 330
const MARGIN = 76
/** Closer than this the coast lines look cut with scissors. */
const LARGEST_SCALE = 620
const LETTER_PX = 6.6
const LABEL_HEIGHT = 30

const world = feature(
  land as unknown as Topology,
  (land as unknown as Topology).objects.land as GeometryCollection,
)

/** Where the regions are and how clean it is there; every dot leads to its region. */
export function RegionMap({ dots }: { readonly dots: readonly MapDot[] }) {
  const { coast, spots, labels } = useMemo(() => drawnOf(dots), [dots])
  return (
    <svg class="map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-label={strings.now.map}>
      <title>{strings.now.map}</title>
      <defs>
        <pattern id="land" width="6" height="6" patternUnits="userSpaceOnUse">
          <circle cx="3" cy="3" r="1.45" class="map-land" />
        </pattern>
      </defs>
      <path d={coast} fill="url(#land)" />
      {dots.map((dot, index) => (
        <Dot key={dot.id} dot={dot} spot={spots[index]!} label={labels.get(dot.id)} />
      ))}
    </svg>
  )
}

type DrawnSpot = ReturnType<typeof drawnOf>['spots'][number]

function Dot({
  dot,
  spot,
  label,
}: {
  readonly dot: MapDot
  readonly spot: DrawnSpot
  readonly label: PlacedLabel | undefined
}) {
  const { title, value, dirtiness, href } = dot
  return (
    <a href={href} aria-label={label ? undefined : `${title} ${value}`} class="map-dot">
      <circle
        cx={spot.x}
        cy={spot.y}
        r={spot.radius}
        class={dirtiness === undefined ? 'unknown' : ''}
        style={dirtiness === undefined ? {} : { '--dirtiness': dirtiness }}
      />
      {label && (
        <text x={label.x} y={label.y + 12}>
          {title}{' '}
          <tspan x={label.x} dy="15" class="map-value">
            {value}
          </tspan>
        </text>
      )}
    </a>
  )
}

function drawnOf(dots: readonly MapDot[]) {
  const points = { type: 'MultiPoint' as const, coordinates: dots.map(({ place }) => [...place]) }
  const [longitude, latitude] = geoCentroid(points)
  const projection = geoEqualEarth()
    .rotate([-longitude, 0])
    .fitExtent(
      [
        [MARGIN, MARGIN],
        [WIDTH - MARGIN, HEIGHT - MARGIN],
      ],
      points,
    )
  if (!(projection.scale() <= LARGEST_SCALE)) {
    projection
      .scale(LARGEST_SCALE)
      .center([0, latitude])
      .translate([WIDTH / 2, HEIGHT / 2])
  }
  projection.clipExtent([
    [0, 0],
    [WIDTH, HEIGHT],
  ])
  const spots = dots.map(({ id, title, value, place, size }) => {
    const [x, y] = projection([...place])!
    const width = Math.max(title.length, value.length) * LETTER_PX
    return { id, x, y, radius: 6 + 9 * Math.sqrt(size), width, height: LABEL_HEIGHT }
  })
  return {
    coast: geoPath(projection)(world) ?? '',
    spots,
    labels: placeLabels(spots, { width: WIDTH, height: HEIGHT }),
  }
}
