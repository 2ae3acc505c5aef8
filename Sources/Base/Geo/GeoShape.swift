// What is searched for around a place, and the cells to look at. Source: Redis geohash_helper.c.

import Glibc

/// A circle or a rectangle around a position on the map.
public struct GeoShape: Sendable {
    public enum Outline: Sendable {
        case circle(radius: Double)
        case box(width: Double, height: Double)
    }

    public var center: GeoPosition
    /// In meters; not negative.
    public var outline: Outline

    public init(center: GeoPosition, outline: Outline) {
        self.center = center
        self.outline = outline
    }

    /// Meters from the center to `position`, nil if that is outside.
    public func distance(to position: GeoPosition) -> Double? {
        switch outline {
        case .circle(let radius):
            let distance = center.distance(to: position)
            return distance > radius ? nil : distance
        case .box(let width, let height):
            if GeoPosition.distance(fromLatitude: position.latitude, to: center.latitude) > height / 2 { return nil }
            let beside = GeoPosition(longitude: center.longitude, latitude: position.latitude)
            if position.distance(to: beside) > width / 2 { return nil }
            return center.distance(to: position)
        }
    }

    /// The cells in which all of it lies, as far as Redis looks: its center's and those around, in the order in which
    /// Redis tells of them.
    public var cells: InlineArray<9, GeoCell?> {
        let bounds = bounds
        var step = stepEstimate
        var cell = GeoCell(center, step: step)
        // Near a cell's edge those beside it may be too small.
        let isTooSmall =
            cell.moved(east: 0, north: 1).area.north < bounds.north
            || cell.moved(east: 0, north: -1).area.south > bounds.south
            || cell.moved(east: 1, north: 0).area.east < bounds.east
            || cell.moved(east: -1, north: 0).area.west > bounds.west
        if step > 1 && isTooSmall {
            step -= 1
            cell = GeoCell(center, step: step)
        }
        let area = cell.area
        let mayLeaveOut = step >= 2
        let looksSouth = !(mayLeaveOut && area.south < bounds.south)
        let looksNorth = !(mayLeaveOut && area.north > bounds.north)
        let looksWest = !(mayLeaveOut && area.west < bounds.west)
        let looksEast = !(mayLeaveOut && area.east > bounds.east)
        var cells = InlineArray<9, GeoCell?>(repeating: nil)
        var last = 0
        for (index, (east, north)) in Self.directions.enumerated() {
            if north < 0 && !looksSouth || north > 0 && !looksNorth { continue }
            if east < 0 && !looksWest || east > 0 && !looksEast { continue }
            let next = cell.moved(east: east, north: north)
            // Where cells are huge, two directions lead to the same one.
            if last > 0 && cells[last] == next { continue }
            cells[index] = next
            last = index
        }
        return cells
    }

    private static let directions = [
        (0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1),
    ]

    private var bounds: GeoArea {
        let halfWidth: Double
        let halfHeight: Double
        switch outline {
        case .circle(let radius): (halfWidth, halfHeight) = (radius, radius)
        case .box(let width, let height): (halfWidth, halfHeight) = (width / 2, height / 2)
        }
        let up = GeoPosition.degrees(halfHeight / earthRadius)
        // The parallel that is nearer to a pole is the shorter one.
        let parallel = center.latitude < 0 ? center.latitude - up : center.latitude + up
        let across = GeoPosition.degrees(halfWidth / earthRadius / cos(GeoPosition.radians(parallel)))
        return GeoArea(
            west: center.longitude - across, south: center.latitude - up, east: center.longitude + across,
            north: center.latitude + up)
    }

    /// The step whose cells are about as large as the shape. Source: Redis geohashEstimateStepsByRadius.
    private var stepEstimate: Int {
        var reach: Double
        switch outline {
        case .circle(let radius): reach = radius
        case .box(let width, let height):
            reach = ((width / 2) * (width / 2) + (height / 2) * (height / 2)).squareRoot()
        }
        if reach == 0 { return GeoCell.stepMax }
        var step = 1
        // Half the length of the equator on the map.
        while reach < 20037726.37 {
            reach *= 2
            step += 1
        }
        // So that it is usually covered.
        step -= 2
        // Parallels are shorter near the poles.
        if center.latitude.magnitude > 66 {
            step -= 1
            if center.latitude.magnitude > 80 { step -= 1 }
        }
        return max(1, min(GeoCell.stepMax, step))
    }
}
