import TransferCore

/// Names for files that are safe to create and to show, made from names that others chose (RFC 6266 §4.3).
public enum SafeFileName {
    /// The longest name in UTF-8 bytes: what Linux permits, less the `.part` of an unfinished file.
    public static let maximumBytes = 255 - 5
    /// The name where there is none.
    public static let fallback = "download"

    /// Makes a name from what a server sent.
    ///
    /// Only the last component counts, separated by `/` or `\`. Everything a terminal would act upon or not show is
    /// left out, and so are spaces at the ends and dots at the end. A leading dot becomes `_`: a server must not be
    /// able to hide a file or to replace a shell's settings. A long name is cut, but its extension is kept.
    ///
    /// - Returns: `nil` if nothing usable is left.
    public static func make(from name: String) -> String? {
        guard let name = clean(name) else { return nil }
        let scalars = name.unicodeScalars
        return shortened(scalars.first == "." ? "_" + String(scalars.dropFirst()) : name)
    }

    /// Makes a name from the last path segment of the address that the user gave, decoded (RFC 3986 §3.3), or
    /// ``fallback`` if it has none. A leading dot stays, because the user saw it.
    public static func fromURL(_ url: String) -> String {
        guard let path = URLReference(url)?.path else { return fallback }
        // A folder's address ends with "/"; the folder's name is better than none.
        guard let segment = path.split(separator: "/").last else { return fallback }
        let decoded = String(validating: PercentCoding.decodeLeniently(segment), as: UTF8.self) ?? String(segment)
        return clean(decoded).map(shortened) ?? fallback
    }

    /// Makes a name from the last segment of a key that the user gave, which is taken literally, or ``fallback`` if it has
    /// none. A leading dot stays, because the user saw it.
    public static func fromKey(_ key: String) -> String {
        let segment = key.unicodeScalars.split(separator: "/").last
        return segment.flatMap { clean(String($0)) }.map(shortened) ?? fallback
    }

    private static func clean(_ name: String) -> String? {
        // Looking at scalars, for a combining mark after "/" makes another character of both.
        let parts = name.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        guard let component = parts.last else { return nil }
        var scalars = String.UnicodeScalarView()
        for scalar in component where isVisible(scalar) { scalars.append(scalar) }
        let cleaned = trimmed(scalars)
        return cleaned.isEmpty ? nil : cleaned
    }

    /// `SafeText` knows what must not reach a terminal; a name without any of it is shown as it is on disk.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        let text = String(scalar)
        return scalar.isASCII ? scalar.value >= 0x20 && scalar.value < 0x7F : SafeText(text).description == text
    }

    /// Without spaces at both ends and dots at the end, which leaves nothing of `.` and `..`.
    private static func trimmed(_ scalars: String.UnicodeScalarView) -> String {
        var rest = scalars.drop(while: { $0.properties.isWhitespace })
        while let last = rest.last, last == "." || last.properties.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > maximumBytes else { return name }
        let dot = name.lastIndex(of: ".")
        // Longer than this, it is a name with a dot in it rather than an extension.
        let suffix = dot.map { name[$0...] }.flatMap { $0.utf8.count <= 32 ? $0 : nil } ?? ""
        var room = maximumBytes - suffix.utf8.count
        var stem = ""
        for character in name.dropLast(suffix.count) {
            room -= character.utf8.count
            guard room >= 0 else { break }
            stem.append(character)
        }
        stem = trimmed(stem.unicodeScalars)
        return (stem.isEmpty ? "_" : stem) + suffix
    }
}
