import TransferCore

/// Where the request of an order goes.
struct UploadTarget {
    /// With the destination's user and password if it goes there.
    let url: String
    /// Whether that is the origin of the destination, which the user's fields and credentials are meant for.
    let isAtDestination: Bool
    /// The name that the file gets.
    let name: String

    init(_ order: UploadOrder) throws(TransferError) {
        guard let destination = UploadAddress(order.destination) else {
            throw TransferError(.malformed, "the destination is not the address of a file at a chunk server")
        }
        name = destination.name
        let path: String? =
            switch order.task {
            case .register: nil
            case .status, .abort: ""
            case .chunk(let index, _, _): "/chunks/\(index)"
            case .complete: "/complete"
            }
        guard let path else {
            url = destination.base + "uploads"
            isAtDestination = true
            return
        }
        let origin = Origin(order.address)
        isAtDestination = origin != nil && origin == Origin(order.destination)
        let address = Self.append(path, to: order.address)
        url = isAtDestination ? Userinfo.carry(from: destination.base, to: address) : address
    }

    /// The path goes before the query, which a server may use to tell its own addresses.
    static func append(_ path: String, to address: String) -> String {
        let question = address.firstIndex(of: "?") ?? address.endIndex
        var front = address[..<question]
        if !path.isEmpty, front.last == "/" { front.removeLast() }
        return front + path + address[question...]
    }
}
