// Subscriptions and messages. Source: Redis 7.2 command reference, group "pubsub".

import Base
import Engine
import Synchronization

extension RESPSession {
    // MARK: Subscribing

    func subscribe(_ kind: ChannelKind, _ request: Request, _ output: inout OutputBuffer) {
        // In a transaction only the newest of the three is refused, for the sake of who used the others there.
        if kind == .shard && isExecuting {
            return fail("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client", &output)
        }
        for index in 1..<request.count {
            let name = request[index].copiedBytes()
            let mine = subscriptions ?? Subscriptions()
            if mine.find(kind, name) == nil {
                let size = Subscription.size(request[index])
                guard mayHold(size) else { return }
                let hash = engine.hash(request[index]).rawValue
                let joined = frontEnd.channels.join(kind, name, hash: hash, listening)
                let subscription = Subscription(
                    self, joined.channel, joined.subscribers, since: joined.since, number: mine.nextNumber())
                joined.subscribers.add(subscription)
                mine.insert(subscription)
                mine.size &+= size
                subscriptions = mine
                publishSubscriptions()
            }
            appendPush(kind.subscribed, &output)
            output.appendBulk(request[index])
            output.appendInteger(mine.told(kind))
        }
    }

    func unsubscribe(_ kind: ChannelKind, _ request: Request, _ output: inout OutputBuffer) {
        if request.count > 1 {
            for index in 1..<request.count {
                leave(kind, request[index].copiedBytes())
                appendPush(kind.unsubscribed, &output)
                output.appendBulk(request[index])
                output.appendInteger(subscriptions?.told(kind) ?? 0)
            }
            return
        }
        let all = subscriptions?.all(kind) ?? []
        for subscription in all {
            let name = subscription.channel.name
            leave(kind, name)
            appendPush(kind.unsubscribed, &output)
            output.appendBulk(name.span.rawBytes)
            output.appendInteger(subscriptions?.told(kind) ?? 0)
        }
        if all.isEmpty {
            appendPush(kind.unsubscribed, &output)
            output.appendNull(version)
            output.appendInteger(subscriptions?.told(kind) ?? 0)
        }
    }

    /// The beginning of what tells of a subscription.
    private func appendPush(_ word: StaticString, _ output: inout OutputBuffer) {
        output.appendLine(version == .three ? ">" : "*", 3)
        output.appendBulk(word)
    }

    private func leave(_ kind: ChannelKind, _ name: [UInt8]) {
        guard let mine = subscriptions, let subscription = mine.remove(kind, name) else { return }
        end(subscription)
        mine.size &-= Subscription.size(name.span.rawBytes)
        if mine.isEmpty { subscriptions = nil }
        publishSubscriptions()
    }

    private func end(_ subscription: Subscription) {
        subscription.subscribers.remove(subscription)
        frontEnd.channels.leave(subscription.channel, listening)
    }

    /// Ends all subscriptions, without a word.
    func unsubscribeAll() {
        guard let mine = subscriptions else { return }
        for kind in ChannelKind.allCases { for subscription in mine.all(kind) { end(subscription) } }
        subscriptions = nil
        publishSubscriptions()
    }

    private func publishSubscriptions() {
        for kind in ChannelKind.allCases {
            record.subscriptionCounts[kind.rawValue].store(subscriptions?.count(kind) ?? 0, ordering: .relaxed)
        }
    }

    // MARK: Publishing

    /// PUBLISH, SPUBLISH.
    func publish(_ kind: ChannelKind, _ request: Request, _ output: inout OutputBuffer) {
        let hash = engine.hash(request[1]).rawValue
        let count = frontEnd.channels.publish(kind, request[1], hash: hash, request[2], from: listening)
        if count > 0 && !listening.lookAtTurnEnd() { owesMessages = true }
        output.appendInteger(count)
    }

    /// Sends what this worker owes to subscribers: its own clients' messages and those that it holds for others'.
    @inline(never)
    func deliverMessages(_ output: inout OutputBuffer) {
        listening.ringOthers()
        listening.drain(self, &output)
        if owesMessages { owesMessages = false }
    }

    /// Serves a request of a subscriber or a tracked client: what came before is told before its reply, what it is told
    /// meanwhile right behind.
    @inline(never)
    func serveListener(_ command: Command, _ request: Request, _ output: inout OutputBuffer) {
        lastCommand = Int(command.rawValue)
        if listening.isDue { listening.drain(self, &output) }
        if isTracked {
            tellInvalidations(&output)
            beginTracked(command, request)
        }
        serve(command, request, &output)
        let isRefused = isNoCall && command.catalogueID(of: request) == nil
        measureLast(request)
        if frontEnd.waitedKeys.hasReady && !isReplaying { frontEnd.waitedKeys.serveReady(&engine) }
        if tracker != nil { endTracked(command, isRefused: isRefused, &output) }
        if subscriptions != nil || owesMessages { deliverMessages(&output) }
    }

    // MARK: PUBSUB

    func pubsub(_ request: Request, _ output: inout OutputBuffer) {
        guard let subcommand: PubSubSubcommand = subcommand(.pubsub, request, &output) else { return }
        switch subcommand {
        case .channels: channelNames(.channel, request, &output)
        case .shardchannels: channelNames(.shard, request, &output)
        case .numsub: subscriberCounts(.channel, request, &output)
        case .shardnumsub: subscriberCounts(.shard, request, &output)
        case .numpat: output.appendInteger(frontEnd.channels.count(.pattern))
        case .help: help(.pubsub, request, &output)
        }
    }

    private func channelNames(_ kind: ChannelKind, _ request: Request, _ output: inout OutputBuffer) {
        guard request.count <= 3 else {
            countError()
            output.append("-ERR unknown subcommand or wrong number of arguments for '")
            appendErrorText(request[1], RESPLimits.errorTextSizeMax, &output)
            return output.append("'. Try PUBSUB HELP.\r\n")
        }
        let names = frontEnd.channels.names(kind, like: request.count == 3 ? request[2].copiedBytes() : nil)
        output.appendArray(names.count)
        for name in names { output.appendBulk(name.span.rawBytes) }
    }

    private func subscriberCounts(_ kind: ChannelKind, _ request: Request, _ output: inout OutputBuffer) {
        output.appendArray((request.count - 2) * 2)
        for index in 2..<request.count {
            output.appendBulk(request[index])
            let hash = engine.hash(request[index]).rawValue
            output.appendInteger(frontEnd.channels.subscriberCount(kind, request[index], hash: hash))
        }
    }
}

extension ChannelKind {
    fileprivate var subscribed: StaticString {
        switch self {
        case .channel: "subscribe"
        case .pattern: "psubscribe"
        case .shard: "ssubscribe"
        }
    }

    fileprivate var unsubscribed: StaticString {
        switch self {
        case .channel: "unsubscribe"
        case .pattern: "punsubscribe"
        case .shard: "sunsubscribe"
        }
    }
}

extension Command {
    /// Whether a subscriber that speaks version 2 may send it.
    var isForSubscribers: Bool {
        switch self {
        case .subscribe, .psubscribe, .ssubscribe, .unsubscribe, .punsubscribe, .sunsubscribe: true
        case .ping, .quit, .reset: true
        default: false
        }
    }
}
