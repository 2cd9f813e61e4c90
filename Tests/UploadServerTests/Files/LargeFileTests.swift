import Foundation
import TestSupport
import Testing
import UploadServer

@Suite struct LargeFileTests {
    /// 512 MiB to a client that reads slower than the disk: what is resident may not grow with the file.
    @Test func memoryStaysBounded() async throws {
        let folder = try TemporaryFolder.data()
        let size: Int64 = 512 << 20
        // A file of holes costs no disk.
        let descriptor = open(folder.path("files/large"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        #expect(ftruncate(descriptor, off_t(size)) == 0)
        close(descriptor)
        try await serving(folder) { port in
            let before = try residentBytes()
            let (count, peak) = try await onOwnThread { () -> (Int64, Int) in
                var peak = 0
                var sinceLook = 0
                let response = try RawConnection(port: port).exchange(
                    "GET", "/files/large", [("Connection", "close")]
                ) { bytes in
                    sinceLook += bytes.count
                    guard sinceLook > 4 << 20 else { return }
                    sinceLook = 0
                    // The look itself is the pause in which a server without back-pressure would run ahead.
                    usleep(2000)
                    peak = max(peak, (try? residentBytes()) ?? .max)
                }
                return (response.bodyCount, peak)
            }
            #expect(count == size)
            #expect(peak - before < 150 << 20)
        }
    }
}

private func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    // Without pages that are shared with files.
    return ((Int(fields[1]) ?? 0) - (Int(fields[2]) ?? 0)) * sysconf(Int32(_SC_PAGESIZE))
}
