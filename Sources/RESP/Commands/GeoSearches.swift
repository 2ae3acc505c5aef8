// Which members of a sorted set are near. Source: Redis 7.2 command reference, group "geo".

import Base
import Engine

/// What the name of a search says of its arguments.
enum GeoSearchForm {
    case georadius, georadiusReadOnly, georadiusbymember, georadiusbymemberReadOnly, geosearch, geosearchstore

    /// The older ones have middle and radius at fixed places.
    var isRadius: Bool { self != .geosearch && self != .geosearchstore }
    var isByMember: Bool { self == .georadiusbymember || self == .georadiusbymemberReadOnly }
    /// STORE and STOREDIST may name a target.
    var mayStore: Bool { self == .georadius || self == .georadiusbymember }
    var mayWrite: Bool { mayStore || self == .geosearchstore }
    var sourcePlace: Int { self == .geosearchstore ? 2 : 1 }
    var optionsPlace: Int { isRadius ? isByMember ? 5 : 6 : sourcePlace + 1 }
}

/// The arguments of a search.
struct GeoSearchOptions {
    var center: GeoPosition?
    var outline: GeoShape.Outline?
    var metersPerUnit = 1.0
    var order = GeoMatches.Order.asFound
    var count: Int64?
    var takesFirst = false
    var withDistance = false
    var withScore = false
    var withPosition = false
    var targetPlace: Int?
    var storesDistance = false

    fileprivate var shows: Int { (withDistance ? 1 : 0) + (withScore ? 1 : 0) + (withPosition ? 1 : 0) }

    /// Some more of them was read.
    fileprivate enum Step {
        case argument(next: Int)
        /// The word is none of these options.
        case other
        case failed
    }
}

extension RESPSession {
    func geosearch(_ request: Request, _ form: GeoSearchForm, _ output: inout OutputBuffer) {
        if form.mayWrite && !engine.makeRoomToWrite() { return failMemory(&output) }
        let source = engine.key(request[form.sourcePlace], in: database)
        var shards = ShardSet()
        engine.insert(source.hash, into: &shards)
        if form == .geosearchstore { engine.insert(request.hash, into: &shards) }
        if form.mayStore {
            // Any that might turn out to be the target.
            for place in form.optionsPlace..<max(form.optionsPlace, request.count - 1)
            where request[place].equalsIgnoringCase("store") || request[place].equalsIgnoringCase("storedist") {
                engine.insert(engine.hash(request[place + 1]), into: &shards)
            }
        }
        engine.section(shards) { engine in
            var options: GeoSearchOptions?
            var matches: [GeoMatch] = []
            let outcome = engine.read(source, as: SortedSetValue.self) { set in
                options = readOptions(request, form, isMissing: false, &output) { member in
                    set.score(of: member).map { GeoPosition(score: $0) }
                }
                if let options, let center = options.center, let outline = options.outline {
                    var found = GeoMatches(
                        GeoShape(center: center, outline: outline), options.order,
                        countMax: options.count.map { Int($0) } ?? .max, takesFirst: options.takesFirst)
                    found.search(set)
                    matches = found.elements
                }
            }
            switch outcome {
            case .hit: break
            case .miss, .expired: options = readOptions(request, form, isMissing: true, &output) { _ in nil }
            case .otherKind: return failKind(&output)
            }
            guard let options else { return }
            if let place = options.targetPlace {
                store(matches, options, at: engine.key(request[place], in: database), &engine)
                output.appendInteger(matches.count)
            } else {
                show(matches, options, &output)
            }
        }
    }

    private func show(_ matches: [GeoMatch], _ options: GeoSearchOptions, _ output: inout OutputBuffer) {
        output.appendArray(matches.count)
        for match in matches {
            if options.shows > 0 { output.appendArray(1 + options.shows) }
            output.appendBulk(match.member)
            if options.withDistance { output.appendDistance(match.distance / options.metersPerUnit) }
            if options.withScore { output.appendInteger(Int64(exactly: match.score.rounded(.towardZero)) ?? .min) }
            if options.withPosition { output.appendPosition(match.position, version) }
        }
    }

    private func store(
        _ matches: [GeoMatch], _ options: GeoSearchOptions, at target: Key, _ engine: inout EngineHandle
    ) {
        var members = SortedMembers()
        for match in matches {
            members.insert(
                match.member, options.storesDistance ? match.distance / options.metersPerUnit : match.score)
        }
        Self.store(members, at: target, &engine)
    }

    // MARK: Arguments

    /// nil after an error.
    /// - Parameter locate: the place of a member, nil if there is no such member. Not asked if the key is missing.
    private func readOptions(
        _ request: Request, _ form: GeoSearchForm, isMissing: Bool, _ output: inout OutputBuffer,
        locate: (RawSpan) -> GeoPosition?
    ) -> GeoSearchOptions? {
        var options = GeoSearchOptions()
        if form == .geosearchstore { options.targetPlace = 1 }
        if form.isRadius && !(form.isByMember && isMissing) {
            if form.isByMember {
                guard let center = locate(request[2]) else { return failMember(&output) }
                options.center = center
            } else {
                guard let center = position(request, at: 2, &output) else { return nil }
                options.center = center
            }
            guard readRadius(request, at: form.optionsPlace - 2, &options, &output) else { return nil }
        }
        var middles = (member: false, position: false)
        var outlines = (circle: false, box: false)
        var index = form.optionsPlace
        while index < request.count {
            let word = request[index]
            let left = request.count - index - 1
            switch readOption(request, form, at: index, &options, &output) {
            case .argument(let next):
                index = next
                continue
            case .failed: return nil
            case .other: break
            }
            guard !form.isRadius else { return failOptions(&output) }
            if left >= 1 && !middles.position && word.equalsIgnoringCase("frommember") {
                if !isMissing {
                    guard let center = locate(request[index + 1]) else { return failMember(&output) }
                    options.center = center
                }
                middles.member = true
                index += 2
            } else if left >= 2 && !middles.member && word.equalsIgnoringCase("fromlonlat") {
                guard let center = position(request, at: index + 1, &output) else { return nil }
                options.center = center
                middles.position = true
                index += 3
            } else if left >= 2 && !outlines.box && word.equalsIgnoringCase("byradius") {
                guard readRadius(request, at: index + 1, &options, &output) else { return nil }
                outlines.circle = true
                index += 3
            } else if left >= 3 && !outlines.circle && word.equalsIgnoringCase("bybox") {
                guard readBox(request, at: index + 1, &options, &output) else { return nil }
                outlines.box = true
                index += 4
            } else {
                return failOptions(&output)
            }
        }
        if options.targetPlace != nil && options.shows > 0 {
            fail(
                form == .geosearchstore
                    ? "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
                    : "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
                &output)
            return nil
        }
        if !form.isRadius && !middles.member && !middles.position {
            return failChoice("FROMMEMBER or FROMLONLAT", request, &output)
        }
        if !form.isRadius && !outlines.circle && !outlines.box {
            return failChoice("BYRADIUS and BYBOX", request, &output)
        }
        if options.takesFirst && options.count == nil {
            fail("ERR the ANY argument requires COUNT argument", &output)
            return nil
        }
        // The nearest ones are meant by a count.
        if options.count != nil && options.order == .asFound && !options.takesFirst { options.order = .nearestFirst }
        return options
    }

    /// The options that all searches have, and those for a target.
    private func readOption(
        _ request: Request, _ form: GeoSearchForm, at index: Int, _ options: inout GeoSearchOptions,
        _ output: inout OutputBuffer
    ) -> GeoSearchOptions.Step {
        let word = request[index]
        let hasValue = index + 1 < request.count
        if word.equalsIgnoringCase("withdist") {
            options.withDistance = true
        } else if word.equalsIgnoringCase("withhash") {
            options.withScore = true
        } else if word.equalsIgnoringCase("withcoord") {
            options.withPosition = true
        } else if word.equalsIgnoringCase("any") {
            options.takesFirst = true
        } else if word.equalsIgnoringCase("asc") {
            options.order = .nearestFirst
        } else if word.equalsIgnoringCase("desc") {
            options.order = .farthestFirst
        } else if hasValue && word.equalsIgnoringCase("count") {
            guard let count = request[index + 1].integer else {
                failInteger(&output)
                return .failed
            }
            guard count > 0 else {
                fail("ERR COUNT must be > 0", &output)
                return .failed
            }
            options.count = count
            return .argument(next: index + 2)
        } else if form.mayStore && hasValue && word.equalsIgnoringCase("store") {
            options.targetPlace = index + 1
            options.storesDistance = false
            return .argument(next: index + 2)
        } else if form.mayStore && hasValue && word.equalsIgnoringCase("storedist") {
            options.targetPlace = index + 1
            options.storesDistance = true
            return .argument(next: index + 2)
        } else if form == .geosearchstore && word.equalsIgnoringCase("storedist") {
            options.storesDistance = true
        } else {
            return .other
        }
        return .argument(next: index + 1)
    }

    /// A radius and its unit. False after an error.
    private func readRadius(
        _ request: Request, at place: Int, _ options: inout GeoSearchOptions, _ output: inout OutputBuffer
    ) -> Bool {
        guard let radius = request[place].double() else {
            fail("ERR need numeric radius", &output)
            return false
        }
        guard radius >= 0 else {
            fail("ERR radius cannot be negative", &output)
            return false
        }
        guard let unit = metersPerUnit(request[place + 1], &output) else { return false }
        options.metersPerUnit = unit
        options.outline = .circle(radius: radius * unit)
        return true
    }

    /// Width, height and their unit. False after an error.
    private func readBox(
        _ request: Request, at place: Int, _ options: inout GeoSearchOptions, _ output: inout OutputBuffer
    ) -> Bool {
        guard let width = request[place].double() else {
            fail("ERR need numeric width", &output)
            return false
        }
        guard let height = request[place + 1].double() else {
            fail("ERR need numeric height", &output)
            return false
        }
        guard width >= 0 && height >= 0 else {
            fail("ERR height or width cannot be negative", &output)
            return false
        }
        guard let unit = metersPerUnit(request[place + 2], &output) else { return false }
        options.metersPerUnit = unit
        options.outline = .box(width: width * unit, height: height * unit)
        return true
    }

    private func failMember(_ output: inout OutputBuffer) -> GeoSearchOptions? {
        fail("ERR could not decode requested zset member", &output)
        return nil
    }

    private func failOptions(_ output: inout OutputBuffer) -> GeoSearchOptions? {
        failSyntax(&output)
        return nil
    }

    private func failChoice(
        _ choice: StaticString, _ request: Request, _ output: inout OutputBuffer
    ) -> GeoSearchOptions? {
        countError()
        output.append("-ERR exactly one of ")
        output.append(choice)
        output.append(" can be specified for ")
        output.append(request[0])
        output.append("\r\n")
        return nil
    }
}
