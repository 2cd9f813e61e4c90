import Glibc

extension ChildProcess {
    /// Starts a server under the eyes of a shell that kills it, and deletes its folder, when this process ends.
    ///
    /// The shell learns of that from a socket whose other end only this process holds and never closes: the kernel does,
    /// even after `kill -9`. (A parent-death signal would come as soon as the thread that started the server ends.) A
    /// server that ends by itself leaves its folder to us.
    ///
    /// - Parameters:
    ///   - folder: Where it works. What it writes to either output goes to the file `log` there.
    ///   - environment: What it has beside our own.
    ///   - leftovers: Patterns, as the shell knows them, of the files that it leaves elsewhere.
    static func startWatched(
        _ program: String, _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:],
        leftovers: [String] = []
    ) throws -> ChildProcess {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemFailure("socketpair") }
        defer { close(ends[0]) }
        return try ChildProcess(
            try find("bash"),
            ["-c", watcher, "watcher", folder.path, leftovers.joined(separator: " "), program] + arguments,
            environment: environment, log: folder.path("log"), input: ends[0])
    }

    /// Takes the folder, the leftovers, and the command.
    private static let watcher = #"""
        trap '' HUP INT TERM
        exec 3<&0 </dev/null
        folder=$1 leftovers=$2
        shift 2
        cd "$folder"
        "$@" 3<&- &
        server=$!
        cat <&3 >/dev/null &
        lifeline=$!
        wait -n
        status=$?
        kill -KILL "$lifeline" 2>/dev/null && exit "$status"
        kill -KILL "$server"
        wait
        rm -rf "$folder" $leftovers
        """#
}
