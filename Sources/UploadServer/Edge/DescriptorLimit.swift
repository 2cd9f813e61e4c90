import Glibc
import Logging

/// How many descriptors this process may have open.
enum DescriptorLimit {
    /// Raises the limit as far as the system lets it, so that a server full of connections can still open files.
    static func raise(to wanted: Int, logger: Logger) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(wanted) else { return }
        limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
        if setrlimit(resource, &limit) == 0, limit.rlim_cur == rlim_t(wanted) { return }
        logger.warning(
            "the system allows few open files: raise its limit (ulimit -n) or lower the number of connections",
            metadata: ["allowed": "\(limit.rlim_cur)", "wanted": "\(wanted)"])
    }
}
