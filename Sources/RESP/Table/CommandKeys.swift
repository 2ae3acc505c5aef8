// Where the keys of a command stand among its arguments: for COMMAND INFO and COMMAND GETKEYS.

extension CommandSpec {
    /// The places of a command's keys.
    struct Keys {
        /// Those at fixed places, as one range: the first, the last (from the end if negative) and the step; 0 if
        /// there are none.
        var first = 0
        var last = 0
        var step = 0
        /// All of them, with what is done to them.
        var ranges: [KeyRange] = []
        /// Where all keys stand instead if the one at `first` is empty.
        var option: Option?

        /// A word among options from the argument `from` on, of which some have so many arguments. All arguments behind
        /// it are keys.
        struct Option {
            let word: String
            let sizes: [String: Int]
            let from: Int

            init(_ word: String, sizes: [String: Int], from: Int) {
                self.word = word
                self.sizes = sizes
                self.from = from
            }
        }

        static let none = Keys()

        static func one(_ access: String, at place: Int = 1) -> Keys {
            Keys(first: place, last: place, step: 1, ranges: [KeyRange(access, at: place)])
        }
        /// One that may be empty, and then all behind an option. Clients are told to look for its word from the end,
        /// and that it might as well be something else.
        static func one(_ access: String, at place: Int, or option: Option) -> Keys {
            var keys = one(access, at: place)
            let extent = KeyRange.Extent.range(last: -1, step: 1, limit: 0)
            let start = KeyRange.Start.keyword(option.word, from: -2)
            keys.ranges.append(KeyRange(access + " incomplete", start: start, extent: extent))
            keys.option = option
            return keys
        }
        /// One that is read, and one that is written behind each of these words, which are looked for from an
        /// argument on.
        static func one(_ access: String, storedBehind words: [String], from place: Int) -> Keys {
            var keys = one(access)
            for word in words {
                let extent = KeyRange.Extent.range(last: 0, step: 1, limit: 0)
                keys.ranges.append(KeyRange("OW update", start: .keyword(word, from: place), extent: extent))
            }
            return keys
        }
        /// One that is sorted, others whose names its content makes, and with `stores` one behind the option STORE.
        static func sorted(stores: Bool) -> Keys {
            var keys = one("RO access")
            let extent = KeyRange.Extent.range(last: 0, step: 1, limit: 0)
            keys.ranges.append(KeyRange("RO access", start: .content, extent: extent))
            if stores {
                let start = KeyRange.Start.option("STORE", sizes: ["LIMIT": 2, "GET": 1, "BY": 1], from: 2)
                keys.ranges.append(KeyRange("OW update", start: start, extent: extent))
            }
            return keys
        }
        static func two(_ first: String, _ second: String) -> Keys {
            Keys(first: 1, last: 2, step: 1, ranges: [KeyRange(first, at: 1), KeyRange(second, at: 2)])
        }
        /// Two keys that are treated alike.
        static func pair(_ access: String) -> Keys {
            Keys(first: 1, last: 2, step: 1, ranges: [KeyRange(access, at: 1, to: 1)])
        }
        /// All arguments from 1 on, but for the last ones that `end` leaves: -1 leaves none.
        static func all(_ access: String, step: Int = 1, to end: Int = -1) -> Keys {
            Keys(first: 1, last: end, step: step, ranges: [KeyRange(access, at: 1, to: end, step: step)])
        }
        /// One that is written and all behind it that are read.
        static func target(_ access: String, at place: Int = 1, sources: String) -> Keys {
            Keys(
                first: place, last: -1, step: 1,
                ranges: [KeyRange(access, at: place), KeyRange(sources, at: place + 1, to: -1)])
        }

        /// One that is written, then as many to be read as the argument behind it says.
        static func target(_ access: String, countedSources: String) -> Keys {
            Keys(
                first: 1, last: 1, step: 1,
                ranges: [KeyRange(access, at: 1), KeyRange(countedSources, start: .index(2), extent: .counted)])
        }
        /// As many as the argument at `place` says, right behind it.
        static func counted(_ access: String, at place: Int = 1) -> Keys {
            Keys(ranges: [KeyRange(access, start: .index(place), extent: .counted)])
        }
    }

    /// Keys that stand side by side. Source: Redis key specifications.
    struct KeyRange {
        enum Start {
            case index(Int)
            /// Behind this word, which is looked for from the argument `from` on.
            case keyword(String, from: Int)
            /// Behind the last word of this kind among options from the argument `from` on, of which some have so many
            /// arguments. Clients are told that the place is unknown.
            case option(String, sizes: [String: Int], from: Int)
            /// Among no arguments: the names are made of what a key holds. Clients are told the same.
            case content
        }

        enum Extent {
            /// Up to `last`: counted from the first key, or from the end if negative; with a limit only within this
            /// fraction of what is left.
            case range(last: Int, step: Int, limit: Int)
            /// As many as the argument at the start says, the first right behind it.
            case counted
        }

        /// What is done to the keys, in COMMAND's words.
        var access: String
        var start: Start
        var extent: Extent

        init(_ access: String, start: Start, extent: Extent) {
            self.access = access
            self.start = start
            self.extent = extent
        }

        init(_ access: String, at place: Int, to last: Int = 0, step: Int = 1) {
            self.init(access, start: .index(place), extent: .range(last: last, step: step, limit: 0))
        }
    }
}

extension CommandSpec.Keys {
    /// The places of the keys among `count` arguments, each with what is done to it; nil if there are none or
    /// fewer than a range must have.
    /// - Parameter word: the argument at a place.
    func places(count: Int, word: (Int) -> String) -> [(place: Int, access: String)]? {
        var places: [(place: Int, access: String)] = []
        if let option, let start = option.place(count, word) {
            return word(first).isEmpty ? (start..<count).map { ($0, ranges[0].access) } : nil
        }
        for range in ranges {
            guard let start = range.firstPlace(count, word) else { continue }
            guard let found = range.places(from: start, count, word) else { return nil }
            for place in found { places.append((place, range.access)) }
        }
        return places.isEmpty ? nil : places
    }
}

extension CommandSpec.Keys.Option {
    /// The first argument behind the word; nil if it is not there, or nothing is behind it.
    fileprivate func place(_ count: Int, _ word: (Int) -> String) -> Int? {
        var index = from
        while index < count - 1 {
            let option = word(index).uppercased()
            if option == self.word { return index + 1 }
            index += 1 + (sizes[option] ?? 0)
        }
        return nil
    }
}

extension CommandSpec.KeyRange {
    fileprivate func firstPlace(_ count: Int, _ word: (Int) -> String) -> Int? {
        switch start {
        case .index(let place): return place
        case .keyword(let text, let from):
            guard (0..<count).contains(from) else { return nil }
            return (from..<count).first { word($0).uppercased() == text }.map { $0 + 1 }
        case .option(let text, let sizes, let from):
            var place: Int?
            var index = from
            while index < count {
                let option = word(index).uppercased()
                if option == text && index + 1 < count { place = index + 1 }
                index += 1 + (sizes[option] ?? 0)
            }
            return place
        case .content: return nil
        }
    }

    /// nil if the request has not as many arguments.
    fileprivate func places(from start: Int, _ count: Int, _ word: (Int) -> String) -> [Int]? {
        let first: Int
        let end: Int
        let distance: Int
        switch extent {
        case .range(let last, let step, let limit):
            first = start
            end = last >= 0 ? start + last : limit == 0 ? count + last : start + (count - start) / limit + last
            distance = step
        case .counted:
            guard start < count, let keyCount = Int(word(start)), keyCount > 0, keyCount < count else { return nil }
            first = start + 1
            end = start + keyCount
            distance = 1
        }
        guard first < count && end < count && end >= first else { return nil }
        return Array(stride(from: first, through: end, by: distance))
    }
}
