import Glibc

/// An IP address that a socket can be bound to, so that nothing is looked up again after it was judged.
struct NumericAddress: Hashable, Sendable {
    /// As `getnameinfo` writes it.
    let host: String
    /// Only this machine can connect to it.
    let isLoopback: Bool

    /// Looks up a host, which takes as long as the system's resolver takes.
    init(_ address: ListenAddress) throws {
        guard let host = address.host else {
            self = Self.allInterfaces
            return
        }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard code == 0, let first = found?.pointee, let socketAddress = first.ai_addr else {
            throw ServerSetupError("cannot listen on \(address): \(String(cString: gai_strerror(code)))")
        }
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                socketAddress, first.ai_addrlen, &name, socklen_t(name.count), nil, 0, Int32(NI_NUMERICHOST)) == 0
        else {
            throw ServerSetupError("cannot listen on \(address): \(host) has no numeric address")
        }
        let end = name.firstIndex(of: 0) ?? name.endIndex
        self.host = String(decoding: name[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
        isLoopback = Self.isLoopback(socketAddress)
    }

    private init(host: String, isLoopback: Bool) {
        self.host = host
        self.isLoopback = isLoopback
    }

    /// `::` takes IPv4 as well, but a kernel may have been built or booted without IPv6.
    private static var allInterfaces: NumericAddress {
        let probe = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return NumericAddress(host: "0.0.0.0", isLoopback: false) }
        close(probe)
        return NumericAddress(host: "::", isLoopback: false)
    }

    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), and the former mapped into IPv6.
    private static func isLoopback(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt32(bigEndian: $0.pointee.sin_addr.s_addr) >> 24 == 127
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin6_addr) { bytes in
                    let isOne = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
                    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
                    return isOne || isMapped && bytes[12] == 127
                }
            }
        default:
            return false
        }
    }
}
