// What command-line tools ask of their own process: its processor time, and a terminal to write progress to.

import CIntrinsics
import Glibc

public enum ProcessFacts {
    /// Processor time of all threads so far, user and system, in nanoseconds.
    public static func processorNanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Whether standard error is a terminal.
    public static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal that standard error is; 80 if it tells none.
    public static var errorWidth: Int {
        let width = Int(duet_terminal_width(STDERR_FILENO))
        return width > 0 ? width : 80
    }

    /// Writes `text` to standard error; what a closed or full pipe does not take is lost.
    public static func writeError(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                // SAFETY: offset is within the text's bytes.
                let written = unsafe write(STDERR_FILENO, bytes.baseAddress! + offset, bytes.count - offset)
                if written <= 0 { return }
                offset += written
            }
        }
    }
}
