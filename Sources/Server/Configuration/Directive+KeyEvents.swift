// notify-keyspace-events: classes of events, each a letter. Source: Redis 7 keyspaceEventsStringToFlags.

import RESP

extension Directive {
    static func keyEvents(
        _ name: String, _ path: any WritableKeyPath<Configuration, KeyEventClasses> & Sendable
    ) -> Directive {
        Directive(name, live: true) {
            $0[keyPath: path].text
        } rewritten: {
            $0[keyPath: path].wholeText
        } write: { settings, words throws(WrongValue) in
            guard words.count == 1 else { throw WrongValue("wrong number of arguments") }
            guard let classes = KeyEventClasses(words[0]) else {
                throw WrongValue("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
            }
            settings[keyPath: path] = classes
        }
    }
}
