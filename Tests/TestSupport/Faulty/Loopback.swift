import Glibc

/// Sockets on 127.0.0.1.
enum Loopback {
    /// Listens on `port`, 0 for any that is free, and tells which it is.
    static func listen(port: UInt16) throws -> (socket: Int32, port: UInt16) {
        let (socket, port) = try bind(port: port)
        guard Glibc.listen(socket, 512) == 0 else {
            let failure = SystemFailure("listen on port \(port)")
            close(socket)
            throw failure
        }
        return (socket, port)
    }

    /// A socket on `port`, 0 for any that is free, where nobody listens yet; and which port it is.
    static func bind(port: UInt16) throws -> (socket: Int32, port: UInt16) {
        let socket = try streamSocket()
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, port) == 0 else {
            let failure = SystemFailure("take port \(port)")
            close(socket)
            throw failure
        }
        return (socket, boundPort(of: socket))
    }

    /// Connects to `port`.
    static func connect(port: UInt16) throws -> Int32 {
        let socket = try streamSocket()
        var address = address(port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, size) }
        }
        guard result == 0 else {
            let failure = SystemFailure("connect to port \(port)")
            close(socket)
            throw failure
        }
        return socket
    }

    private static let size = socklen_t(MemoryLayout<sockaddr_in>.size)

    private static func streamSocket() throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SystemFailure("socket") }
        return socket
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    private static func bind(_ socket: Int32, _ port: UInt16) -> Int32 {
        var address = address(port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(socket, $0, size) }
        }
    }

    private static func boundPort(of socket: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = size
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
