import CEpoll
import Glibc

/// One thread waits, another one wakes it; rings are counted.
package final class Doorbell: @unchecked Sendable {
    // Unchecked: the semaphore is made for several threads, and stands at one address.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    package init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    package func ring() { sem_post(semaphore) }

    /// Returns for each ring once.
    package func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }
}

/// A thread of its own, which bears its label.
package enum OwnThread {
    private final class Start {
        let label: String
        let body: @Sendable () -> Void

        init(_ label: String, _ body: @escaping @Sendable () -> Void) {
            self.label = label
            self.body = body
        }
    }

    package static func begin(_ label: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(label, body))
        let result = pthread_create(
            &thread, &attributes,
            { pointer in
                guard let pointer else { return nil }
                let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
                // The system's names have 15 octets at most.
                cable_name_thread(String(start.label.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        precondition(result == 0, "the system gives no thread: \(String(cString: strerror(result)))")
    }
}
