// The earth's surface in cells, halved by turns: a cell's number begins with those of the cells that it lies in.

/// A cell of the map.
///
/// The number's bits, from the highest of `2 * step`, halve longitude and latitude by turns:
///
///     | east? | north? | east? | north? | ...
public struct GeoCell: Sendable, Equatable {
    /// At the upper and right edge of the map one bit more than `2 * step` may be set.
    public let bits: UInt64
    /// How often each coordinate is halved: 1...26.
    public let step: Int

    /// Positions are kept as the number of their cell of this step: 60 cm wide at most.
    public static let stepMax = 26

    init(bits: UInt64, step: Int) {
        self.bits = bits
        self.step = step
    }

    /// The cell of a position on the map. Source: Redis geohashEncode.
    /// - Parameter latitudeMax: where the map ends.
    init(_ position: GeoPosition, step: Int, latitudeMax: Double = GeoPosition.latitudeMax) {
        let scale = Double(1 << step)
        let north = (position.latitude + latitudeMax) / (latitudeMax + latitudeMax) * scale
        let east = (position.longitude + 180) / 360 * scale
        self.init(bits: Self.spread(UInt32(north)) | Self.spread(UInt32(east)) << 1, step: step)
    }

    /// Where it lies. Source: Redis geohashDecode.
    var area: GeoArea {
        let north = Self.gather(bits)
        let east = Self.gather(bits &>> 1)
        let scale = Double(1 << step)
        let height = GeoPosition.latitudeMax + GeoPosition.latitudeMax
        return GeoArea(
            west: -180 + Double(east) / scale * 360,
            south: -GeoPosition.latitudeMax + Double(north) / scale * height,
            east: -180 + Double(east &+ 1) / scale * 360,
            north: -GeoPosition.latitudeMax + Double(north &+ 1) / scale * height)
    }

    /// The cell so many to the east and north, round the earth. Source: Redis geohash_move_x, geohash_move_y.
    func moved(east: Int, north: Int) -> GeoCell {
        let used = UInt64.max &>> UInt64(64 - 2 * step)
        let columns = Self.columns & used
        let rows = Self.rows & used
        var column = bits & Self.columns
        var row = bits & Self.rows
        // With the other coordinate's bits set a carry runs over them.
        if east > 0 { column = column &+ (rows &+ 1) }
        if east < 0 { column = (column | rows) &- (rows &+ 1) }
        if east != 0 { column &= columns }
        if north > 0 { row = row &+ (columns &+ 1) }
        if north < 0 { row = (row | columns) &- (columns &+ 1) }
        if north != 0 { row &= rows }
        return GeoCell(bits: column | row, step: step)
    }

    private static let columns: UInt64 = 0xaaaa_aaaa_aaaa_aaaa
    private static let rows: UInt64 = 0x5555_5555_5555_5555

    // MARK: Scores

    /// The lowest score of a position within it.
    public var scoreMin: Double { Double(bits << UInt64(2 * (Self.stepMax - step))) }
    /// The lowest score beyond it.
    public var scoreEnd: Double { Double((bits &+ 1) << UInt64(2 * (Self.stepMax - step))) }

    // MARK: Bits

    /// Every bit of `value` at twice its place.
    private static func spread(_ value: UInt32) -> UInt64 {
        var bits = UInt64(value)
        bits = (bits | bits << 16) & 0x0000_ffff_0000_ffff
        bits = (bits | bits << 8) & 0x00ff_00ff_00ff_00ff
        bits = (bits | bits << 4) & 0x0f0f_0f0f_0f0f_0f0f
        bits = (bits | bits << 2) & 0x3333_3333_3333_3333
        return (bits | bits << 1) & rows
    }

    /// Every second bit of `value`, from the lowest.
    private static func gather(_ value: UInt64) -> UInt32 {
        var bits = value & rows
        bits = (bits | bits >> 1) & 0x3333_3333_3333_3333
        bits = (bits | bits >> 2) & 0x0f0f_0f0f_0f0f_0f0f
        bits = (bits | bits >> 4) & 0x00ff_00ff_00ff_00ff
        bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: bits | bits >> 16)
    }
}

/// A part of the map between two meridians and two parallels.
struct GeoArea {
    var west: Double
    var south: Double
    var east: Double
    var north: Double
}

extension GeoPosition {
    /// The middle of the cell that a score is the number of: whatever number that is, as Redis takes it.
    public init(score: Double) {
        let area = GeoCell(bits: Self.bits(score), step: GeoCell.stepMax).area
        self.init(
            longitude: max(-180, min(180, (area.west + area.east) / 2)),
            latitude: max(-Self.latitudeMax, min(Self.latitudeMax, (area.south + area.north) / 2)))
    }

    /// A position on the map as a sorted set keeps it.
    public var score: Double { Double(GeoCell(self, step: GeoCell.stepMax).bits) }

    /// A score without its fraction; of one out of range what a processor of Redis' kind makes of it.
    private static func bits(_ score: Double) -> UInt64 {
        if let number = Int64(exactly: score.rounded(.towardZero)) { return UInt64(bitPattern: number) }
        if score < 0 { return 1 << 63 }
        return UInt64(exactly: score.rounded(.towardZero)) ?? 0
    }
}

/// The text by which others know a position's cell: eleven bytes. Source: Redis GEOHASH.
public struct GeoText: Sendable {
    private var letters = InlineArray<11, UInt8>(repeating: UInt8(ascii: "0"))

    public init(_ position: GeoPosition) {
        // Others have maps up to the poles. The eleventh letter would need three bits more than there are.
        let bits = GeoCell(position, step: GeoCell.stepMax, latitudeMax: 90).bits
        let alphabet: StaticString = "0123456789bcdefghjkmnpqrstuvwxyz"
        for index in 0..<10 {
            let letter = Int(truncatingIfNeeded: bits &>> UInt64(47 - 5 * index)) & 31
            letters[index] = unsafe alphabet.utf8Start[letter]  // SAFETY: there are 32 letters.
        }
    }

    /// The text, borrowed from this value.
    public var span: RawSpan {
        @_lifetime(borrow self) borrowing get {
            unsafe letters.span.bytes  // SAFETY: UInt8 has no padding.
        }
    }
}
