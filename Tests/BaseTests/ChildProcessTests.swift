// Children: started where they belong, looked at, ended by their number.

import Glibc
import Testing

@testable import Base

/// A folder of its own, removed with what is in it.
private final class Folder {
    let path: String
    init() throws {
        path = "/tmp/duet-child-\(System.processID)-\(System.randomNumber() % 1_000_000_000)"
        try Files.makeFolder(path)
    }
    deinit {
        for name in (try? Files.names(inFolder: path)) ?? [] { Files.remove("\(path)/\(name)") }
        Files.removeFolder(path)
    }
}

private func start(_ name: String, _ arguments: [String], _ folder: Folder, cores: [Int] = []) throws
    -> ChildProcess
{
    try ChildProcess(
        executable: try #require(ChildProcess.executable(named: name)), arguments: arguments,
        outputPath: folder.path + "/out", folder: folder.path, cores: cores)
}

private func waitForEnd(_ child: ChildProcess) {
    for _ in 0..<2000 where child.isRunning { System.sleep(milliseconds: 5) }
}

@Test("a child runs in its folder, prints to its file and tells how it ended")
func childOutput() throws {
    let folder = try Folder()
    let child = try start(
        "sh", ["-c", "pwd; echo to both >&2; read line; echo \"none: $?\"; exit 7"], folder)
    waitForEnd(child)
    #expect(child.ending == "exit status 7")
    let text = String(decoding: try Files.read(folder.path + "/out"), as: UTF8.self)
    #expect(text.hasSuffix("\(folder.path.split(separator: "/").last ?? "")\nto both\nnone: 1\n"))
    #expect(child.processorNanoseconds == nil)
}

@Test("a child is ended by its number, also by letting go of it, and one that will not go is killed")
func childEnd() throws {
    let folder = try Folder()
    var child: ChildProcess? = try start("sleep", ["60"], folder)
    let number = try #require(child?.processID)
    #expect(child?.isRunning == true && child?.ending == nil && (child?.residentSize ?? 0) > 0)
    child = nil
    #expect(kill(pid_t(number), 0) == -1)
    let other = try start("sleep", ["60"], folder)
    other.end()
    #expect(other.ending == "signal 15")
    other.end()
}

@Test("a child has its own group and takes signals that its parent does not")
func childSignals() throws {
    let folder = try Folder()
    let child = try start("sh", ["-c", "kill -TERM $$; sleep 60"], folder)
    waitForEnd(child)
    #expect(child.ending == "signal 15")
}

@Test("a child's cores are its own, and its parent's are as before")
func childCores() throws {
    let folder = try Folder()
    let before = Cores.ofThisThread
    let core = try #require(before.last)
    let child = try start("sh", ["-c", "grep Cpus_allowed_list /proc/self/status"], folder, cores: [core])
    #expect(Cores.ofThisThread == before)
    waitForEnd(child)
    let text = String(decoding: try Files.read(folder.path + "/out"), as: UTF8.self)
    #expect(text.split(separator: "\t").last == "\(core)\n")
}

@Test("processor time and memory of a child grow with its work")
func childFacts() throws {
    let folder = try Folder()
    let child = try start("sh", ["-c", "while :; do :; done"], folder)
    var worked: UInt64 = 0
    for _ in 0..<400 where worked < 20_000_000 {
        System.sleep(milliseconds: 5)
        worked = child.processorNanoseconds ?? 0
    }
    #expect(worked >= 20_000_000 && child.privateSizeOfFamily > 0)
}

@Test("a program that is not there is no child, and its name no path")
func childMissing() throws {
    let folder = try Folder()
    #expect(throws: SystemError.self) {
        _ = try ChildProcess(
            executable: "/no/such/program", arguments: [], outputPath: folder.path + "/out",
            folder: folder.path)
    }
    #expect(ChildProcess.executable(named: "no-such-program-here") == nil)
    #expect(ChildProcess.executable(named: "/tmp/no-such-program") == nil)
    #expect(ChildProcess.executable(named: "sh")?.hasSuffix("/sh") == true)
}
