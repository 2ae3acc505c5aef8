// The digits of a Double: nearly always the fewest that are read as the same number.

/// `value` = digits * 10^power. Grisu2, as Redis 7.2 has it: in one case of a thousand there is a digit more than need
/// be. Source: F. Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers", PLDI 2010, in the
/// form of fpconv (A. Samuelsson).
struct ShortestDigits {
    private var digits = InlineArray<20, UInt8>(repeating: 0)
    private(set) var count = 0
    private(set) var power = 0

    /// - Parameter value: finite and above 0.
    init(_ value: Double) {
        var number = Scaled(value)
        var (lower, upper) = number.boundaries()
        number.normalize()
        let (tens, power) = Scaled.powerOfTen(for: upper.exponent)
        number = number * tens
        upper = upper * tens
        lower = lower * tens
        lower.fraction &+= 1
        upper.fraction &-= 1
        self.power = -power
        generate(number, lower, upper)
    }

    subscript(index: Int) -> UInt8 { digits[index] }

    private mutating func append(_ digit: UInt64) {
        if digit == 0 && count == 0 { return }
        digits[count] = 48 &+ UInt8(truncatingIfNeeded: digit)
        count &+= 1
    }

    private mutating func generate(_ number: Scaled, _ lower: Scaled, _ upper: Scaled) {
        let distance = upper.fraction &- number.fraction
        var delta = upper.fraction &- lower.fraction
        let shift = UInt64(-upper.exponent)
        let one: UInt64 = 1 &<< shift
        var whole = upper.fraction &>> shift
        var rest = upper.fraction & (one &- 1)
        var tens: UInt64 = 1_000_000_000
        var left = 10
        while left > 0 {
            append(whole / tens)
            whole %= tens
            left &-= 1
            let remainder = (whole &<< shift) &+ rest
            if remainder <= delta {
                power &+= left
                return round(delta, remainder, tens &<< shift, distance)
            }
            tens /= 10
        }
        var unit: UInt64 = 10
        while true {
            rest = rest &* 10
            delta = delta &* 10
            left &-= 1
            append(rest &>> shift)
            rest &= one &- 1
            if rest < delta {
                power &+= left
                return round(delta, rest, one, distance &* unit)
            }
            unit = unit &* 10
        }
    }

    /// Moves the last digit towards the number itself.
    private mutating func round(_ delta: UInt64, _ remainder: UInt64, _ step: UInt64, _ distance: UInt64) {
        var remainder = remainder
        while remainder < distance, delta &- remainder >= step,
            remainder &+ step < distance || distance &- remainder > remainder &+ step &- distance
        {
            digits[count &- 1] &-= 1
            remainder = remainder &+ step
        }
    }
}

/// fraction * 2^exponent.
private struct Scaled {
    static let hiddenBit: UInt64 = 1 << 52

    var fraction: UInt64
    var exponent: Int

    init(fraction: UInt64, exponent: Int) {
        self.fraction = fraction
        self.exponent = exponent
    }

    init(_ value: Double) {
        let bits = value.bitPattern
        let biased = Int(truncatingIfNeeded: (bits &>> 52) & 0x7FF)
        fraction = bits & (Self.hiddenBit &- 1) | (biased == 0 ? 0 : Self.hiddenBit)
        exponent = max(biased, 1) - 1075
    }

    mutating func normalize() {
        let shift = fraction.leadingZeroBitCount
        fraction = fraction &<< UInt64(shift)
        exponent -= shift
    }

    /// Half way to the neighbours below and above, at one scale.
    func boundaries() -> (lower: Scaled, upper: Scaled) {
        var upper = Scaled(fraction: (fraction &<< 1) &+ 1, exponent: exponent - 1)
        upper.normalize()
        // Below a power of two the numbers lie twice as close.
        let shift = fraction == Self.hiddenBit ? 2 : 1
        var lower = Scaled(fraction: (fraction &<< UInt64(shift)) &- 1, exponent: exponent - shift)
        lower.fraction = lower.fraction &<< UInt64(lower.exponent - upper.exponent)
        lower.exponent = upper.exponent
        return (lower, upper)
    }

    static func * (a: Scaled, b: Scaled) -> Scaled {
        let product = a.fraction.multipliedFullWidth(by: b.fraction)
        let carry: UInt64 = product.low &>> 63
        return Scaled(fraction: product.high &+ carry, exponent: a.exponent + b.exponent + 64)
    }

    /// A power of ten that brings numbers of this exponent to one of -60 ... -32, and which power it is.
    static func powerOfTen(for exponent: Int) -> (tens: Scaled, power: Int) {
        let approximate = Int(-Double(exponent + 87) * 0.30102999566398114)
        var index = (approximate + 348) / 8
        while true {
            let power = index * 8 - 348
            let tens = Scaled(fraction: powersOfTen[index], exponent: ((power * 217_706) >> 16) - 63)
            let reached = exponent + tens.exponent + 64
            if reached < -60 {
                index += 1
            } else if reached > -32 {
                index -= 1
            } else {
                return (tens, power)
            }
        }
    }
}

/// 10^-348, 10^-340 ... 10^340: 64 bits each, rounded.
private let powersOfTen: InlineArray<87, UInt64> = [
    0xFA8FD5A0081C0288, 0xBAAEE17FA23EBF76, 0x8B16FB203055AC76, 0xCF42894A5DCE35EA, 0x9A6BB0AA55653B2D,
    0xE61ACF033D1A45DF, 0xAB70FE17C79AC6CA, 0xFF77B1FCBEBCDC4F, 0xBE5691EF416BD60C, 0x8DD01FAD907FFC3C,
    0xD3515C2831559A83, 0x9D71AC8FADA6C9B5, 0xEA9C227723EE8BCB, 0xAECC49914078536D, 0x823C12795DB6CE57,
    0xC21094364DFB5637, 0x9096EA6F3848984F, 0xD77485CB25823AC7, 0xA086CFCD97BF97F4, 0xEF340A98172AACE5,
    0xB23867FB2A35B28E, 0x84C8D4DFD2C63F3B, 0xC5DD44271AD3CDBA, 0x936B9FCEBB25C996, 0xDBAC6C247D62A584,
    0xA3AB66580D5FDAF6, 0xF3E2F893DEC3F126, 0xB5B5ADA8AAFF80B8, 0x87625F056C7C4A8B, 0xC9BCFF6034C13053,
    0x964E858C91BA2655, 0xDFF9772470297EBD, 0xA6DFBD9FB8E5B88F, 0xF8A95FCF88747D94, 0xB94470938FA89BCF,
    0x8A08F0F8BF0F156B, 0xCDB02555653131B6, 0x993FE2C6D07B7FAC, 0xE45C10C42A2B3B06, 0xAA242499697392D3,
    0xFD87B5F28300CA0E, 0xBCE5086492111AEB, 0x8CBCCC096F5088CC, 0xD1B71758E219652C, 0x9C40000000000000,
    0xE8D4A51000000000, 0xAD78EBC5AC620000, 0x813F3978F8940984, 0xC097CE7BC90715B3, 0x8F7E32CE7BEA5C70,
    0xD5D238A4ABE98068, 0x9F4F2726179A2245, 0xED63A231D4C4FB27, 0xB0DE65388CC8ADA8, 0x83C7088E1AAB65DB,
    0xC45D1DF942711D9A, 0x924D692CA61BE758, 0xDA01EE641A708DEA, 0xA26DA3999AEF774A, 0xF209787BB47D6B85,
    0xB454E4A179DD1877, 0x865B86925B9BC5C2, 0xC83553C5C8965D3D, 0x952AB45CFA97A0B3, 0xDE469FBD99A05FE3,
    0xA59BC234DB398C25, 0xF6C69A72A3989F5C, 0xB7DCBF5354E9BECE, 0x88FCF317F22241E2, 0xCC20CE9BD35C78A5,
    0x98165AF37B2153DF, 0xE2A0B5DC971F303A, 0xA8D9D1535CE3B396, 0xFB9B7CD9A4A7443C, 0xBB764C4CA7A44410,
    0x8BAB8EEFB6409C1A, 0xD01FEF10A657842C, 0x9B10A4E5E9913129, 0xE7109BFBA19C0C9D, 0xAC2820D9623BF429,
    0x80444B5E7AA7CF85, 0xBF21E44003ACDD2D, 0x8E679C2F5E44FF8F, 0xD433179D9C8CB841, 0x9E19DB92B4E31BA9,
    0xEB96BF6EBADF77D9, 0xAF87023B9BF0EE6B,
]
