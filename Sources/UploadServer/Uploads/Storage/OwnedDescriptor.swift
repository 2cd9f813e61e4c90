import Glibc

/// An open file or folder, closed with the value.
final class OwnedDescriptor: Sendable {
    let number: Int32

    /// Takes over a descriptor; `nil` if the call that was to give it has failed.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }
}
