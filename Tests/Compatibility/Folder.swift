// A folder for a server's files.

import Base
import Glibc

/// Made empty, and removed with the object.
final class Folder {
    let path = Running.makeFolder()

    private func remove(_ path: String) {
        for file in Files.matching(path + "/*") where !file.hasSuffix("*") { unsafe _ = unlink(file) }
        unsafe _ = rmdir(path)
    }

    deinit {
        remove(path + "/appendonlydir")
        remove(path)
    }
}
