// Places on the earth's surface, and how far they are from each other.

import Glibc

/// Meters of the earth's radius. Source: Redis geohash_helper.c.
let earthRadius = 6372797.560856

private let radiansPerDegree = Double.pi / 180

/// A place, in degrees.
public struct GeoPosition: Sendable, Equatable {
    public var longitude: Double
    public var latitude: Double

    public init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }

    /// Where the map of cells ends: the square Mercator projection has no poles.
    static let latitudeMax = 85.05112878

    /// Whether it has a cell.
    public var isOnMap: Bool { longitude.magnitude <= 180 && latitude.magnitude <= Self.latitudeMax }

    /// Meters along the great circle. Source: Redis geohashGetDistance, in that order of operations.
    public func distance(to other: GeoPosition) -> Double {
        let v = sin((Self.radians(other.longitude) - Self.radians(longitude)) / 2)
        if v == 0 { return Self.distance(fromLatitude: latitude, to: other.latitude) }
        let from = Self.radians(latitude)
        let to = Self.radians(other.latitude)
        let u = sin((to - from) / 2)
        return 2 * earthRadius * asin((u * u + cos(from) * cos(to) * v * v).squareRoot())
    }

    /// Meters along a meridian.
    static func distance(fromLatitude from: Double, to: Double) -> Double {
        earthRadius * abs(radians(to) - radians(from))
    }

    static func radians(_ degrees: Double) -> Double { degrees * radiansPerDegree }
    static func degrees(_ radians: Double) -> Double { radians / radiansPerDegree }
}
