/// A call to the storage failed.
package struct StorageFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call, such as `fdatasync`.
    package var call: String
    package var path: String
    /// The number of the system's error.
    package var number: Int32
    package var text: String

    package init(call: String, path: String, number: Int32, text: String) {
        self.call = call
        self.path = path
        self.number = number
        self.text = text
    }

    package var description: String { "\(call) \(path): \(text)" }
}

/// One open file of the state folder; closed with its last owner. Reading and writing may be done on any thread.
package protocol StorageFile: AnyObject, Sendable {
    /// Writes all octets.
    func write(_ octets: UnsafeRawBufferPointer, at offset: Int) throws(StorageFault)
    /// Writes slices one behind the other, in one call where the system can.
    func write(slices: [UnsafeRawBufferPointer], at offset: Int) throws(StorageFault)
    /// Returns when everything written is on the disk. After a failure nothing written since the last success counts,
    /// and a later success says nothing about it.
    func sync() throws(StorageFault)
    /// Reads up to the buffer's size; less only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageFault) -> Int
    func size() throws(StorageFault) -> Int
    func truncate(to size: Int) throws(StorageFault)
    /// What is read next comes from the disk, as far as the system heeds it: pages of a failed sync stay readable and
    /// look synced until they are forgotten.
    func forgetCache()
}

/// The system calls that journal and bodies need, and nothing else: a simulator brings its own.
package protocol Storage: Sendable {
    /// One that is there is no error.
    func makeFolder(_ path: String) throws(StorageFault)
    /// Names, sorted.
    func list(_ folder: String) throws(StorageFault) -> [String]
    /// A new, empty file; one that is there is an error.
    func create(_ path: String) throws(StorageFault) -> any StorageFile
    func open(_ path: String) throws(StorageFault) -> any StorageFile
    /// Replaces what bears the new name.
    func rename(_ from: String, to: String) throws(StorageFault)
    /// One that is not there is no error.
    func remove(_ path: String) throws(StorageFault)
    /// Names created, renamed or removed in the folder are on the disk when it returns.
    func syncFolder(_ path: String) throws(StorageFault)
    /// Takes the folder for this process alone; nil when another has it.
    func lock(_ path: String) throws(StorageFault) -> (any Sendable)?
    /// Octets free and in all on the file system of the folder.
    func space(_ folder: String) throws(StorageFault) -> (free: UInt64, total: UInt64)
    /// Octets of the journal's segments here; the same for as long as a journal lives.
    var segmentSizes: SegmentSizes { get }
}

extension Storage {
    package var segmentSizes: SegmentSizes { .standard }
}

extension StorageFile {
    package func write(slices: [UnsafeRawBufferPointer], at offset: Int) throws(StorageFault) {
        var place = offset
        for slice in slices {
            try write(slice, at: place)
            place += slice.count
        }
    }

    package func write(_ octets: [UInt8], at offset: Int) throws(StorageFault) {
        try octets.withUnsafeBufferPointer { (view) throws(StorageFault) -> Void in
            try self.write(UnsafeRawBufferPointer(view), at: offset)
        }
    }

    /// Up to `count` octets; fewer only at the end of the file.
    package func read(at offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        var fault: StorageFault?
        let octets = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(StorageFault) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return octets
    }

    package func forgetCache() {}
}
