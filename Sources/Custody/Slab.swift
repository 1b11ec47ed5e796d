/// Values in blocks of 4,096 that never move, found by index, whose places are used again.
///
/// A growing array copies itself when it is full, which stalls a station with a million queued cables; a slab does
/// not. Indices are stable until `release`.
package struct Slab<Value>: ~Copyable {
    package static var blockCount: Int { 4_096 }

    private var blocks: [UnsafeMutablePointer<Value>] = []
    private var used: [Bool] = []
    private var free: [UInt32] = []
    /// Places handed out at least once.
    private(set) package var high: UInt32 = 0
    package private(set) var count = 0

    package init() {}

    deinit {
        for index in 0..<Int(high) where used[index] {
            (blocks[index / Self.blockCount] + index % Self.blockCount).deinitialize(count: 1)
        }
        for block in blocks { block.deallocate() }
    }

    package mutating func insert(_ value: Value) -> UInt32 {
        count += 1
        if let index = free.popLast() {
            pointer(index).initialize(to: value)
            used[Int(index)] = true
            return index
        }
        let index = high
        precondition(index < UInt32.max - 1, "the slab is full")
        if Int(index) / Self.blockCount == blocks.count {
            blocks.append(.allocate(capacity: Self.blockCount))
        }
        pointer(index).initialize(to: value)
        used.append(true)
        high += 1
        return index
    }

    package mutating func release(_ index: UInt32) {
        precondition(used[Int(index)], "released twice")
        pointer(index).deinitialize(count: 1)
        used[Int(index)] = false
        free.append(index)
        count -= 1
    }

    /// Makes as if nothing were held at a place, until `reveal`: nothing may be inserted or released meanwhile.
    package mutating func hide(_ index: UInt32) {
        precondition(used[Int(index)], "no value here")
        used[Int(index)] = false
        count -= 1
    }

    package mutating func reveal(_ index: UInt32) {
        precondition(!used[Int(index)], "it is not hidden")
        used[Int(index)] = true
        count += 1
    }

    package func holds(_ index: UInt32) -> Bool { index < high && used[Int(index)] }

    package subscript(index: UInt32) -> Value {
        _read {
            precondition(used[Int(index)], "no value here")
            yield pointer(index).pointee
        }
        _modify {
            precondition(used[Int(index)], "no value here")
            yield &pointer(index).pointee
        }
    }

    private func pointer(_ index: UInt32) -> UnsafeMutablePointer<Value> {
        blocks[Int(index) / Self.blockCount] + Int(index) % Self.blockCount
    }
}
