import Hummingbird

/// `GET` and `HEAD /files/NAME` where the files are in an object store: tells where to get them.
struct StoreFileRoutes: Sendable {
    let store: any ObjectStore
    let settings: ObjectStoreSettings

    func add(to router: Router<ServerContext>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("files/**", method: method) { try await answer($0, owner: $1.owner) }
        }
        router.refuseOthers("files/**", but: [.get, .head])
    }

    private func answer(_ request: Request, owner: Owner) async throws -> Response {
        guard let name = FileName(requested: request) else { throw Problem.noSuchFile }
        let object = try settings.object(name, of: owner)
        let signed = try await StoreFailure.translating { () -> SignedRequest? in
            guard try await store.object(at: object) != nil else { return nil }
            // A signature holds for one method only.
            return try await store.presign(
                request.method.rawValue, object, validity: settings.downloadValidity)
        }
        guard let signed else { throw Problem.noSuchFile }
        return Response(
            status: .temporaryRedirect,
            headers: [.location: signed.request.url, .cacheControl: "no-store", .contentLength: "0"])
    }
}
