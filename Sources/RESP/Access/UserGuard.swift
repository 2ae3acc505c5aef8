// The users of this door as the guard of another.

import Base
public import Engine
import Synchronization

/// Judges what others do by the command of this door that does the same.
public final class UserGuard: DoorGuard {
    private let frontEnd: RESPFrontEnd

    public init(_ frontEnd: RESPFrontEnd) { self.frontEnd = frontEnd }

    public func admit(_ user: RawSpan, _ password: RawSpan) -> (any DoorPass)? {
        let access = frontEnd.access
        let generation = access.generation.load(ordering: .acquiring)
        var pass: UserPass?
        _ = access.authenticate(user.copiedBytes(), password) { grant in
            pass = UserPass(access, grant, generation)
        }
        return pass
    }

    public func noteRefusal(of user: RawSpan, _ action: DoorAction?, _ key: RawSpan?, client: String) {
        let sizeMax = RESPLimits.accessLogObjectSizeMax
        var object = action.map { Array(UserPass.command(of: $0).utf8) } ?? Array("AUTH".utf8)
        if let key { object = key.copiedBytes() }
        let entry = AccessLog.Entry(
            reason: action == nil ? .auth : key == nil ? .command : .key, context: .toplevel,
            object: Array(object.prefix(sizeMax)), user: Array(user.copiedBytes().prefix(sizeMax)), client: client)
        frontEnd.access.log(entry, now: Milliseconds.readClock())
    }
}

private final class UserPass: DoorPass {
    private let access: AccessDirectory
    private let grant: AccessGrant
    private let generation: UInt64

    init(_ access: AccessDirectory, _ grant: AccessGrant, _ generation: UInt64) {
        self.access = access
        self.grant = grant
        self.generation = generation
    }

    var userName: [UInt8] { grant.user.name }
    var isUnrestricted: Bool { grant.user.isUnrestricted }
    var isCurrent: Bool { access.generation.load(ordering: .acquiring) == generation }

    func renewed() -> (any DoorPass)? {
        let generation = access.generation.load(ordering: .acquiring)
        return access.renewed(grant).map { UserPass(access, $0, generation) }
    }

    func allows(_ action: DoorAction, _ key: RawSpan?) -> Bool {
        grant.table.allows(Self.ids[Int(action.rawValue)], key)
    }

    /// The command of this door that does the same.
    static func command(of action: DoorAction) -> String {
        switch action {
        case .read: "get"
        case .store: "set"
        case .append: "append"
        case .delete: "del"
        case .increment: "incrby"
        case .decrement: "decrby"
        case .touch: "expire"
        case .readAndTouch: "getex"
        case .flush: "flushall"
        case .listKeys: "keys"
        case .statistics: "info"
        case .watch: "monitor"
        case .configure: "config|set"
        case .shutDown: "shutdown"
        }
    }

    /// By `DoorAction`.
    private static let ids = DoorAction.allCases.map { CommandCatalogue.find(command(of: $0).utf8)!.id }
}
