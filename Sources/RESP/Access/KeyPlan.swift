// Which arguments of a command are keys or channels, and what is done to them: for checking requests fast.

import Base

/// Of one command or subcommand, by `CatalogueEntry.id`.
struct KeyPlan: BitwiseCopyable {
    enum Kind: UInt8 {
        case none
        /// At fixed places, all for the same purpose.
        case fixed
        /// To be looked for by the command's row.
        case other
        /// Channels at fixed places.
        case channels
    }

    var kind = Kind.none
    /// What is done to keys, as in `KeyAccess`.
    var access: UInt8 = 0
    var first: Int16 = 0
    /// From the end if negative.
    var last: Int16 = 0
    var step: Int16 = 1
    /// What is done to the key depends on other arguments: `variableAccess`.
    var isVariable = false
    /// It has subcommands, which are judged by themselves.
    var isContainer = false
    /// Whoever may not run anything may still run this.
    var isAlwaysAllowed = false
    /// Clients that track what they read have its keys remembered. A script does not read by itself.
    /// Source: Redis call.
    var isTracked = false
    /// What it names are patterns of channels.
    var isPattern = false

    /// Pointer-free, so that reading it counts no reference.
    static let all: InlineArray<1024, KeyPlan> = {
        var plans = InlineArray<1024, KeyPlan>(repeating: KeyPlan())
        for entry in CommandCatalogue.entries { plans[entry.id] = KeyPlan(entry) }
        return plans
    }()

    init() {}

    private init(_ entry: CatalogueEntry) {
        guard let spec = entry.spec else { return }
        isContainer = !spec.subcommands.isEmpty
        isAlwaysAllowed = spec.flags.contains(.noAuthentication)
        if let channels = Self.channels[entry.name] {
            kind = .channels
            first = 1
            last = channels.last
            isPattern = channels.isPattern
            return
        }
        guard !spec.keys.ranges.isEmpty else { return }
        isTracked = spec.flags.contains(.read) && spec.group != .scripting
        kind = .other
        guard spec.keys.option == nil, spec.keys.ranges.count == 1, case .index(let place) = spec.keys.ranges[0].start,
            case .range(let last, let step, let limit) = spec.keys.ranges[0].extent, limit == 0
        else { return }
        kind = .fixed
        access = KeyAccess(words: spec.keys.ranges[0].access).rawValue
        isVariable = spec.keys.ranges[0].access.contains("variable_flags")
        first = Int16(place)
        self.last = Int16(last < 0 ? last : place + last)
        self.step = Int16(step)
    }

    /// What a request does to its key, of the commands of which that is not always the same: SET reads with GET alone,
    /// BITFIELD writes unless it only has GETs. Source: Redis setGetKeys, bitfieldGetKeys.
    @inline(__always)
    static func variableAccess(_ id: Int, _ request: Request) -> UInt8 {
        id == Int(Command.set.rawValue) && request.count == 3
            ? KeyAccess.write.rawValue : lookedUpAccess(id, request).rawValue
    }

    @inline(never)
    private static func lookedUpAccess(_ id: Int, _ request: Request) -> KeyAccess {
        if id == Int(Command.set.rawValue) {
            for index in 3..<max(3, request.count) where request[index].equalsIgnoringCase("get") { return .all }
            return .write
        }
        var index = 2
        while index < request.count {
            let left = request.count - index - 1
            if request[index].equalsIgnoringCase("get"), left >= 2 {
                index += 3
            } else if request[index].equalsIgnoringCase("overflow"), left >= 1 {
                index += 2
            } else {
                return .all
            }
        }
        return .read
    }

    /// Leaving a channel is open to everybody. Source: Redis getChannelsFromCommand.
    private static let channels: [String: (last: Int16, isPattern: Bool)] = [
        "publish": (1, false), "spublish": (1, false), "subscribe": (-1, false), "ssubscribe": (-1, false),
        "psubscribe": (-1, true),
    ]
}
