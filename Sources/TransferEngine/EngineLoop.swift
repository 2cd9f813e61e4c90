import Logging
import TransferCore

/// The life of the engine's thread.
final class EngineLoop {
    /// How often running transfers are looked at, and how often a new picture is made at most.
    private static let tick: Duration = .milliseconds(100)

    private var queue: QueueMachine
    private let inbox: EngineInbox
    private let box: SnapshotBox
    private let clock: any Clock
    private let executor: EffectExecutor
    private var lastPicture: Instant
    private var lastTick: Instant
    private var isPictureDue = true

    init(
        queue: QueueMachine, transport: any Transport, parts: Engine.Parts, settings: EngineSettings,
        inbox: EngineInbox, box: SnapshotBox
    ) {
        self.queue = queue
        self.inbox = inbox
        self.box = box
        clock = parts.clock
        lastPicture = .zero
        lastTick = parts.clock.now()
        executor = EffectExecutor(transport: transport, parts: parts, settings: settings, inbox: inbox)
    }

    func run() {
        // The first look at the queue starts what was running when the program ended. Commands may have come before
        // there was anything to wake.
        step([.timer] + inbox.drain())
        while !queue.isStopped {
            let ends = executor.transport.wait(until: deadline())
            executor.ended(ends)
            step(inbox.drain())
        }
        executor.finish()
        box.put(queue.snapshot(at: moment()))
    }

    private func moment() -> Moment {
        Moment(now: clock.now(), wall: clock.wallTime())
    }

    /// Takes what happened, does what follows from it, and makes a picture if one is due.
    private func step(_ posted: [Event]) {
        let now = clock.now()
        var events = executor.takeEvents() + posted
        let isTick = now - lastTick >= Self.tick
        if isTick || queue.nextDeadline(after: lastTick).map({ $0 <= now }) ?? false {
            lastTick = now
            executor.handOver()
            events.append(.timer)
        }
        var isUrgent = false
        while !events.isEmpty {
            isUrgent = isUrgent || events.contains(where: Self.isUrgent)
            executor.prepare(events)
            let effects = queue.handle([.progress(executor.progress())] + events, at: moment())
            executor.carryOut(effects)
            events = executor.takeEvents()
            isPictureDue = true
        }
        // Somebody may be waiting for the end.
        if isPictureDue, isUrgent || queue.isIdle || clock.now() - lastPicture >= Self.tick { makePicture() }
    }

    /// What a person asked for shows at once.
    private static func isUrgent(_ event: Event) -> Bool {
        switch event {
        case .command, .added, .detailLoaded, .chunkLoaded: true
        default: false
        }
    }

    private func makePicture() {
        let moment = moment()
        lastPicture = moment.now
        isPictureDue = false
        box.put(queue.snapshot(at: moment))
    }

    private func deadline() -> Instant? {
        if executor.hasEvents { return clock.now() }
        var deadline = queue.nextDeadline(after: lastTick)
        func consider(_ instant: Instant) { deadline = min(deadline ?? instant, instant) }
        if queue.isMoving || executor.hasReceipts { consider(lastTick + Self.tick) }
        if isPictureDue { consider(lastPicture + Self.tick) }
        return deadline
    }
}
