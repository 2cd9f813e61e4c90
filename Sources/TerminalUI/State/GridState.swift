/// Where somebody looks in the grid of a transfer.
public struct GridState: Hashable, Sendable {
    /// The chunk under the cursor.
    public internal(set) var cursor = 0
    /// How often it was zoomed in, each time to a quarter of the chunks.
    public internal(set) var zoom = 0
    /// What the cells show.
    public internal(set) var overlay = GridOverlay.state
    /// The first chunk of the part that is shown, as last laid out.
    var first = 0
}

/// What the cells of the grid show.
public enum GridOverlay: String, Sendable, CaseIterable {
    case state
    case speed
    case retries
    case latency

    /// The one that comes after it.
    var next: GridOverlay {
        let all = Self.allCases
        return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }

    var name: Label {
        switch self {
        case .state: "state"
        case .speed: "speed"
        case .retries: "retries"
        case .latency: "latency"
        }
    }
}
