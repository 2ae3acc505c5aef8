// A session whose client has copies of keys: what it reads is remembered, and what it is to hear follows its replies.

import Base
import Engine
import Synchronization

extension RESPSession {
    // MARK: Around a request

    /// What the client is to hear goes in front of the next reply.
    func tellInvalidations(_ output: inout OutputBuffer) {
        if listening.invalidations.hasPosted { listening.invalidations.drain(self, &output) }
    }

    /// A request is about to be served.
    @inline(never)
    func beginTracked(_ command: Command, _ request: Request) {
        guard let tracker else { return }
        listening.invalidations.beginServing(tracker)
        remember(command, request)
    }

    /// It was served, and its reply is in the output, or not wanted.
    @inline(never)
    func endTracked(_ command: Command, isRefused: Bool, _ output: inout OutputBuffer) {
        guard let tracker else { return }
        tracker.fresh.removeAll(keepingCapacity: true)
        listening.invalidations.endServing()
        endCaching(command, isRefused: isRefused)
        if frontEnd.tracking.isTableFull { frontEnd.tracking.shrinkTable() }
        tellInvalidations(&output)
    }

    /// CLIENT CACHING is about the next command or transaction only; other subcommands of CLIENT may come between.
    /// - Parameter isRefused: there is no such command or subcommand.
    /// Source: Redis resetClient.
    func endCaching(_ command: Command?, isRefused: Bool) {
        guard let tracker, tracker.isCachingSaid else { return }
        if transaction == nil && (command != .client || isRefused) { tracker.isCachingSaid = false }
    }

    // MARK: Reading

    /// Remembers the keys of a request that reads, before it is served; inside of a transaction or a script, too.
    /// Source: Redis trackingRememberKeys.
    @inline(never)
    func remember(_ command: Command, _ request: Request) {
        guard let tracker else { return }
        tracker.fresh.removeAll(keepingCapacity: true)
        guard tracker.remembersReads else { return }
        guard let id = command.catalogueID(of: request) else { return }
        let plan = KeyPlan.all[id]
        guard plan.isTracked else { return }
        switch plan.kind {
        case .none, .channels: return
        case .fixed:
            var place = Int(plan.first)
            let last = min(plan.last < 0 ? request.count &+ Int(plan.last) : Int(plan.last), request.count &- 1)
            while place <= last {
                remember(request[place], tracker)
                place &+= Int(plan.step)
            }
        case .other:
            guard let spec = CommandCatalogue.entry(id).spec,
                let places = spec.keys.places(count: request.count, word: { request[$0].copiedText() })
            else { return }
            for found in places { remember(request[found.place], tracker) }
        }
    }

    private func remember(_ key: RawSpan, _ tracker: TrackedClient) {
        let hash = engine.hash(key)
        guard frontEnd.tracking.remember(key, hash, for: tracker) else { return }
        if tracker.fresh.count < RESPLimits.freshKeysMax { tracker.fresh.append(hash.rawValue) }
    }

    // MARK: On and off

    func publishTracking() {
        let options = tracker?.options ?? []
        record.tracking.store(options.rawValue, ordering: .relaxed)
        let id = tracker?.redirect.map { Int64(truncatingIfNeeded: $0.peer.id) } ?? 0
        record.redirectID.store(options.contains(.on) ? id : -1, ordering: .relaxed)
        isTracked = options.contains(.on)
    }

    /// Turns tracking on, or changes how. What it read and the prefixes it had before still count.
    func beginTracking(_ options: TrackingOptions, redirect: ClientRecord?, prefixes: [[UInt8]]) {
        let client = tracker ?? TrackedClient(self)
        tracker = client
        let tracking = frontEnd.tracking
        if !client.options.contains(.on) { tracking.begin(client, holdsShards: engine.isInSection) }
        if client.options.contains(.noLoop) { tracking.noteNoLoop(-1) }
        if options.contains(.noLoop) { tracking.noteNoLoop(1) }
        client.options = options.union(.on)
        client.redirect = redirect
        if options.contains(.broadcast) {
            let wanted = prefixes.isEmpty ? [[]] : prefixes
            let new = wanted.filter { !client.prefixes.contains($0) }
            client.prefixes = (client.prefixes + new).sorted { $0.lexicographicallyPrecedes($1) }
            tracking.prefixes.add(new, for: client)
        }
        publishTracking()
    }

    func endTracking() {
        guard let tracker, tracker.options.contains(.on) else { return }
        let tracking = frontEnd.tracking
        tracking.prefixes.remove(tracker.prefixes, for: tracker)
        if tracker.options.contains(.noLoop) { tracking.noteNoLoop(-1) }
        tracking.end(tracker)
        tracker.options = []
        tracker.prefixes = []
        tracker.redirect = nil
        tracker.isCachingSaid = false
        publishTracking()
    }
}
