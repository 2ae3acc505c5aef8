// Mapped pages that cannot be read: the kernel's SIGBUS, which would end the process, becomes zeros and a note.

import Glibc
import Synchronization

/// The mappings of the process whose faults are noted.
@safe
struct MappingGuard: @unchecked Sendable {
    // Sendable: the words are atomic, and live for good.

    /// More mappings at once than any command has; those beyond are not guarded.
    private static let countMax = 64
    /// Of each: where it begins, its end, and the first address that could not be read. 0 is none.
    private let words: UnsafeMutablePointer<Atomic<UInt>>
    private let pageSize = UInt(getpagesize())

    /// Made before the first mapping, so that the handler finds it ready.
    static let shared = MappingGuard()

    private init() {
        unsafe words = .allocate(capacity: Self.countMax * 3)
        for index in 0..<Self.countMax * 3 { unsafe (words + index).initialize(to: Atomic(0)) }
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_sigaction = onBusError
        action.sa_flags = SA_SIGINFO
        // SAFETY: the handler is a function without context; what was set before has no business with our mappings.
        unsafe _ = sigaction(SIGBUS, &action, nil)
    }

    // SAFETY for all three: callers pass an index below `countMax`.
    private func start(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt>> { unsafe words + 3 * index }
    private func end(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt>> { unsafe words + (3 * index + 1) }
    private func fault(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt>> { unsafe words + (3 * index + 2) }

    /// - Returns: nil if there are too many.
    func add(_ mapping: UnsafeMutableRawPointer, _ size: Int) -> Int? {
        for index in 0..<Self.countMax {
            let claim = unsafe start(index).pointee.compareExchange(
                expected: 0, desired: UInt(bitPattern: mapping), ordering: .sequentiallyConsistent)
            guard claim.exchanged else { continue }
            unsafe fault(index).pointee.store(0, ordering: .sequentiallyConsistent)
            unsafe end(index).pointee.store(UInt(bitPattern: mapping) + UInt(size), ordering: .sequentiallyConsistent)
            return index
        }
        return nil
    }

    /// Before the mapping goes.
    func remove(_ index: Int) {
        unsafe end(index).pointee.store(0, ordering: .sequentiallyConsistent)
        unsafe start(index).pointee.store(0, ordering: .sequentiallyConsistent)
    }

    func hasFault(_ index: Int) -> Bool { unsafe fault(index).pointee.load(ordering: .acquiring) != 0 }

    func faultOffset(_ index: Int) -> Int? {
        let address = unsafe fault(index).pointee.load(ordering: .acquiring)
        return address == 0 ? nil : Int(address - (unsafe start(index).pointee.load(ordering: .relaxed)))
    }

    /// Puts zeros in the place of what cannot be read, and of all behind it: one mapping, however much that is. In the
    /// handler of a signal: nothing is allocated or locked.
    /// - Returns: false if the address is in none of the mappings.
    fileprivate func cover(_ address: UInt) -> Bool {
        for index in 0..<Self.countMax {
            let end = unsafe self.end(index).pointee.load(ordering: .acquiring)
            let start = unsafe self.start(index).pointee.load(ordering: .relaxed)
            guard start != 0 && address >= start && address < end else { continue }
            let page = address / pageSize * pageSize
            // The first one stays, whichever thread came to it.
            var first = unsafe fault(index).pointee.load(ordering: .relaxed)
            while first == 0 || first > page {
                let change = unsafe fault(index).pointee.compareExchange(
                    expected: first, desired: page, ordering: .sequentiallyConsistent)
                if change.exchanged { break }
                first = change.original
            }
            // SAFETY: from a page of the mapping to its end, which nobody can have taken away, being about to read it.
            let covered = unsafe mmap(
                UnsafeMutableRawPointer(bitPattern: page), Int(end - page), PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
            return unsafe covered != MAP_FAILED
        }
        return false
    }
}

private func onBusError(_ signal: Int32, _ facts: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?) {
    let code = errno
    // SAFETY: the kernel gives the facts.
    let address = unsafe UInt(bitPattern: facts!.pointee._sifields._sigfault.si_addr)
    if !MappingGuard.shared.cover(address) {
        // Somebody else's: it ends the process as if nobody had been here.
        _ = Glibc.signal(SIGBUS, SIG_DFL)
    }
    errno = code
}
