import CCurl
import TransferCore

/// Turns libcurl's results into errors with a code of ours and a sentence for people.
enum CurlFailure {
    static func error(_ code: CURLcode, detail: String, address: String) -> TransferError {
        let place = place(of: address)
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return TransferError(.cannotResolve, "cannot find the host \(place)")
        case CURLE_COULDNT_RESOLVE_PROXY:
            return TransferError(.cannotResolve, "cannot find the proxy: \(detail)")
        case CURLE_COULDNT_CONNECT:
            // The detail names the proxy where there is one.
            return TransferError(.cannotConnect, "cannot connect to \(place) (\(detail))")
        case CURLE_OPERATION_TIMEDOUT:
            return TransferError(.timedOut, "\(place) did not answer in time")
        case CURLE_PARTIAL_FILE:
            return TransferError(.shortBody, "connection closed early by \(place)")
        case CURLE_GOT_NOTHING:
            return TransferError(.connectionLost, "connection closed without an answer by \(place)")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            return TransferError(.connectionLost, "connection lost to \(place)")
        case CURLE_SEND_FAIL_REWIND:
            return TransferError(.connectionLost, "connection lost to \(place) with half of the request sent")
        case CURLE_READ_ERROR, CURLE_ABORTED_BY_CALLBACK:
            return TransferError(.connectionLost, "the request to \(place) was broken off (\(detail))")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return TransferError(.certificate, "the certificate of \(place) is not trusted (\(detail))")
        case CURLE_SSL_CONNECT_ERROR:
            return TransferError(.cannotConnect, "no secure connection to \(place) (\(detail))")
        case CURLE_UNSUPPORTED_PROTOCOL where !detail.hasPrefix("Protocol "):
            // That of the answer; an address would be refused with: Protocol "ftp" not supported.
            return TransferError(.badResponse, "\(place) does not answer in HTTP (\(detail))")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return TransferError(.malformed, "not an address that can be fetched: \(place)")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING:
            return TransferError(.badResponse, "\(place) does not answer in HTTP (\(detail))")
        default:
            return TransferError(.connectionLost, "\(place): \(detail)")
        }
    }

    /// No byte came or went for too long.
    static func stalled(address: String, options: ConnectionOptions) -> TransferError {
        let seconds = Int(options.stallTimeout.inSeconds.rounded(.up))
        return TransferError(.stalled, "no byte for \(seconds) s to or from \(place(of: address))")
    }

    /// Host and port, as a person names a server.
    private static func place(of address: String) -> String {
        AddressParts(address).map { String($0.host) } ?? address
    }
}
