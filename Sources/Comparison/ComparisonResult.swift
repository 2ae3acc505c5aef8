// What a comparison found, as plain data: the report is a function of this and of nothing else.

/// The parts of a comparison, in the order in which they run.
public enum ComparisonPart: String, CaseIterable, Sendable {
    case throughput, latency, memory, hits, save

    public var title: String {
        switch self {
        case .throughput: "Throughput and processor time"
        case .latency: "Latency over load"
        case .memory: "Memory per item"
        case .hits: "Hit ratio over cache size"
        case .save: "While a snapshot is saved"
        }
    }
}

/// One chart and the table below it: a figure for each contender at each of several places.
public struct Measure: Sendable, Equatable {
    public enum Shape: Sendable, Equatable {
        /// A place is a workload or the like.
        case bars
        /// A place is a number.
        case lines(logX: Bool, logY: Bool)
    }
    public enum Better: Sendable { case higher, lower }
    /// How differences are put into words.
    public enum Wording: Sendable { case times, points }

    public struct Place: Sendable, Equatable {
        public var label: String
        public var value: Double
        public init(_ label: String, _ value: Double) {
            self.label = label
            self.value = value
        }
    }

    /// Letters, digits and dashes; unique in a result.
    public var id: String
    public var title: String
    /// Of the values, as in `requests/s`.
    public var unit: String
    public var shape: Shape
    public var better: Better
    public var wording = Wording.times
    /// What is to be known of how it was measured, if anything.
    public var note = ""
    /// What the places are, with their unit.
    public var placesTitle: String
    public var places: [Place]
    /// By contender, then by place.
    public var samples: [[Samples]]
    /// Places of which the summary speaks; empty for none.
    public var spokenPlaces: [Int]

    public init(
        id: String, title: String, unit: String, shape: Shape, better: Better, placesTitle: String,
        places: [Place],
        contenderCount: Int
    ) {
        self.id = id
        self.title = title
        self.unit = unit
        self.shape = shape
        self.better = better
        self.placesTitle = placesTitle
        self.places = places
        samples = .init(repeating: .init(repeating: Samples(), count: places.count), count: contenderCount)
        spokenPlaces = Array(places.indices)
    }

    /// Whether anything was measured more than once.
    public var isRepeated: Bool { samples.contains { $0.contains { $0.values.count > 1 } } }

    /// Places with a figure.
    var shownPlaces: [Int] { places.indices.filter { place in samples.contains { !$0[place].isEmpty } } }

    public var isEmpty: Bool { samples.allSatisfy { $0.allSatisfy(\.isEmpty) } }
}

/// One run through a save: what clients saw, and the memory meanwhile.
public struct SaveTimeline: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        public var seconds: Double
        public var value: Double
        public init(_ seconds: Double, _ value: Double) {
            self.seconds = seconds
            self.value = value
        }
    }

    public var contender: Int
    /// p99.9 in µs.
    public var latencies: [Point] = []
    /// When the save of the run that `latencies` are of began and ended; in seconds.
    public var latencySave: ClosedRange<Double>?
    /// Bytes.
    public var memory: [Point] = []
    public var memorySave: ClosedRange<Double>?

    public init(contender: Int) { self.contender = contender }
}

public struct PartResult: Sendable {
    public var part: ComparisonPart
    /// How it was measured, a paragraph each.
    public var method: [String]
    public var measures: [Measure] = []
    public var timelines: [SaveTimeline] = []
    /// What is left out or went wrong, and why.
    public var notes: [String] = []

    public init(_ part: ComparisonPart, method: [String]) {
        self.part = part
        self.method = method
    }
}

/// What the report says about one contender.
public struct ContenderFacts: Sendable, Equatable {
    public var name: String
    /// As the server itself says.
    public var version: String
    /// Its command line, or what there is to say of a server that was running.
    public var commandLine: String
    public var wasStarted: Bool

    public init(name: String, version: String, commandLine: String, wasStarted: Bool) {
        self.name = name
        self.version = version
        self.commandLine = commandLine
        self.wasStarted = wasStarted
    }
}

public struct ComparisonResult: Sendable {
    public enum Ending: Sendable, Equatable {
        case complete, interrupted, outOfTime
    }

    public var ending = Ending.complete
    /// Why figures are to be taken with care, known when all is over; "" if there is no reason.
    public var caution = ""
    /// What an early end has left out, in words.
    public var missing = ""
    public var contenders: [ContenderFacts] = []
    /// Label and value, such as `Processor` and its model.
    public var machine: [(String, String)] = []
    /// The comparison's own command line.
    public var commandLine = ""
    public var toolVersion = ""
    public var startedAt = ""
    public var seconds = 0.0
    public var isQuick = false
    public var parts: [PartResult] = []
    /// What ran in which order, a line each.
    public var order: [String] = []
    /// What is true of all parts.
    public var notes: [String] = []

    /// Whether not a single figure came.
    public var isEmpty: Bool { parts.allSatisfy { $0.measures.allSatisfy(\.isEmpty) } }

    public init() {}
}
