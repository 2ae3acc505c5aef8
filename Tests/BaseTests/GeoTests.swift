// Places, cells and shapes.

import Base
import Testing

@Suite("Places")
struct GeoTests {
    @Test("a place is found again where it was, within its cell, and cells sort by score")
    func scores() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<2000 {
            let place = Self.place(&random)
            let again = GeoPosition(score: place.score)
            #expect(abs(again.longitude - place.longitude) < 3e-6 && abs(again.latitude - place.latitude) < 2e-6)
            #expect(place.distance(to: again) < 0.6 && place.score < 0x1p52)
        }
    }

    @Test("every place within a shape lies in one of its cells, and in no two", arguments: [false, true])
    func cells(isBox: Bool) {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var center = Self.place(&random)
            center.latitude *= 0.9
            center.longitude *= 0.9
            // Beyond, Redis too looks at some of the cells only.
            let reach = 10.0 * Double(1 << random.next(below: 15))
            let shape = GeoShape(
                center: center, outline: isBox ? .box(width: reach, height: reach * 2) : .circle(radius: reach))
            let cells = shape.cells
            for _ in 0..<50 {
                let degrees = reach / 50_000
                let place = GeoPosition(
                    longitude: center.longitude + (Self.unit(&random) - 0.5) * degrees,
                    latitude: center.latitude + (Self.unit(&random) - 0.5) * degrees)
                guard place.isOnMap, shape.distance(to: place) != nil else { continue }
                var count = 0
                for index in cells.indices {
                    guard let cell = cells[index] else { continue }
                    if place.score >= cell.scoreMin && place.score < cell.scoreEnd { count += 1 }
                }
                #expect(count == 1, "\(shape) \(place)")
            }
        }
    }

    private static func unit(_ random: inout SplitMix64) -> Double { Double(random.next(below: 1 << 30)) / 0x1p30 }

    private static func place(_ random: inout SplitMix64) -> GeoPosition {
        GeoPosition(longitude: unit(&random) * 360 - 180, latitude: unit(&random) * 170 - 85)
    }
}
