extension Duration {
    /// The duration as people say it: `0.4 s`, `45 s`, `12 min`, `3 h`.
    public var spoken: String {
        let seconds = inSeconds
        if seconds < 9.95 { return "\((seconds * 10).rounded() / 10) s" }
        if seconds < 120 { return "\(Int(seconds.rounded())) s" }
        if seconds < 7200 { return "\(Int((seconds / 60).rounded())) min" }
        return "\(Int((seconds / 3600).rounded())) h"
    }
}
