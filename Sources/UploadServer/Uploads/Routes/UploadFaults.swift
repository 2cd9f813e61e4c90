import Synchronization

/// Deals out the faults of a plan to the chunks that come in.
final class UploadFaults: Sendable {
    let plan: FaultPlan
    private let count = Atomic(0)

    init(_ plan: FaultPlan) {
        self.plan = plan
    }

    /// What happens to the next chunk.
    func next() -> FaultPlan.UploadFault {
        plan.uploadFault(request: count.add(1, ordering: .relaxed).oldValue)
    }
}
