import Synchronization

/// The open segment files, by number: readers on any thread, one writer.
package final class SegmentFiles: Sendable {
    private let files = Mutex<[UInt32: any StorageFile]>([:])
    private let spare = Mutex<(number: UInt32, file: any StorageFile)?>(nil)

    private let preparation = Mutex(())

    package init() {}

    /// Makes a segment file, one at a time: two makers would take each other's temporary name.
    package func preparing<Result, Fault: Error>(_ make: () throws(Fault) -> Result) throws(Fault) -> Result {
        preparation._unsafeLock()
        defer { preparation._unsafeUnlock() }
        return try make()
    }

    package subscript(segment: UInt32) -> (any StorageFile)? {
        get { files.withLock { $0[segment] } }
        set { files.withLock { $0[segment] = newValue } }
    }

    package func forget(_ segment: UInt32) { files.withLock { $0[segment] = nil } }

    /// A zero-filled file for the segment with this number, if one was prepared.
    package func takeSpare(_ number: UInt32) -> (any StorageFile)? {
        spare.withLock { spare in
            guard let ready = spare, ready.number == number else { return nil }
            spare = nil
            return ready.file
        }
    }

    package func keepSpare(_ number: UInt32, _ file: any StorageFile) { spare.withLock { $0 = (number, file) } }

    package var spareNumber: UInt32? { spare.withLock { $0?.number } }
}
