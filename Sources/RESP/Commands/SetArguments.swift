// The options of SET and GETEX. Source: Redis 7 parseExtendedStringArgumentsOrReply.

import Base
import Engine

/// An option that says when a string expires.
private enum ExpiryOption: Equatable {
    case after(TimeUnit), at(TimeUnit)

    init?(_ word: RawSpan) {
        if word.equalsIgnoringCase("ex") {
            self = .after(.seconds)
        } else if word.equalsIgnoringCase("px") {
            self = .after(.milliseconds)
        } else if word.equalsIgnoringCase("exat") {
            self = .at(.seconds)
        } else if word.equalsIgnoringCase("pxat") {
            self = .at(.milliseconds)
        } else {
            return nil
        }
    }

    var unit: TimeUnit {
        switch self {
        case .after(let unit), .at(let unit): unit
        }
    }

    var isAbsolute: Bool {
        switch self {
        case .after: false
        case .at: true
        }
    }
}

/// SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL], options in any order.
struct SetArguments {
    var mode = StoreMode.set
    var returnsOld = false
    var keepsExpiry = false
    /// Which argument is the time.
    var expiryPlace: Int?
    var unit = TimeUnit.seconds
    var isAbsolute = false

    /// nil is a syntax error. The same option may come again: the last time counts.
    init?(_ request: Request) {
        var expiryOption: ExpiryOption?
        var index = 3
        while index < request.count {
            let word = request[index]
            if word.equalsIgnoringCase("nx") {
                if mode == .replace { return nil }
                mode = .add
            } else if word.equalsIgnoringCase("xx") {
                if mode == .add { return nil }
                mode = .replace
            } else if word.equalsIgnoringCase("get") {
                returnsOld = true
            } else if word.equalsIgnoringCase("keepttl") {
                if expiryPlace != nil { return nil }
                keepsExpiry = true
            } else if let option = ExpiryOption(word), index + 1 < request.count, !keepsExpiry,
                expiryOption == nil || expiryOption == option
            {
                index += 1
                expiryOption = option
                expiryPlace = index
                unit = option.unit
                isAbsolute = option.isAbsolute
            } else {
                return nil
            }
            index += 1
        }
    }
}

/// GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST].
struct GetexArguments {
    /// Which argument is the time; nil means PERSIST.
    var expiryPlace: Int?
    var unit = TimeUnit.seconds
    var isAbsolute = false

    /// nil is a syntax error. `request` has an option; the same one may come again: the last time counts.
    init?(_ request: Request) {
        var expiryOption: ExpiryOption?
        var persists = false
        var index = 2
        while index < request.count {
            if request[index].equalsIgnoringCase("persist") {
                if expiryOption != nil { return nil }
                persists = true
            } else if let option = ExpiryOption(request[index]), index + 1 < request.count, !persists,
                expiryOption == nil || expiryOption == option
            {
                index += 1
                expiryOption = option
                expiryPlace = index
                unit = option.unit
                isAbsolute = option.isAbsolute
            } else {
                return nil
            }
            index += 1
        }
    }
}
