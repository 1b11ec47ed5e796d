import COpenSSL
package import Octets

/// The hash tree over the statements of one batch (protocol rule 25).
///
///     leaf = SHA-256(0x00 | kind | length u64 | content)      node = SHA-256(0x01 | left | right)
///
/// An odd node is carried up and never doubled, so a path is valid only with an index and a count that fit its length.
package struct BatchTree: Sendable {
    private let levels: [[Digest]]

    /// - Parameter leaves: at least one.
    package init(leaves: [Digest]) {
        precondition(!leaves.isEmpty, "a batch has a leaf")
        var levels = [leaves]
        while let last = levels.last, last.count > 1 {
            levels.append(
                stride(from: 0, to: last.count, by: 2).map {
                    $0 + 1 < last.count ? Self.node(last[$0], last[$0 + 1]) : last[$0]
                })
        }
        self.levels = levels
    }

    package var root: Digest { levels[levels.count - 1][0] }

    /// The siblings on the way from a leaf to the root.
    package func path(of index: Int) -> [Digest] {
        var place = index
        var path: [Digest] = []
        for level in levels.dropLast() {
            let sibling = place ^ 1
            if sibling < level.count { path.append(level[sibling]) }
            place /= 2
        }
        return path
    }

    /// The root that a path leads to, or nil when its length does not fit index and count.
    package static func root(leaf: Digest, index: Int, count: Int, path: [Digest]) -> Digest? {
        guard count > 0, index >= 0, index < count else { return nil }
        var value = leaf
        var place = index
        var width = count
        var next = 0
        while width > 1 {
            if place ^ 1 < width {
                guard next < path.count else { return nil }
                value = place & 1 == 0 ? node(value, path[next]) : node(path[next], value)
                next += 1
            }
            place /= 2
            width = (width + 1) / 2
        }
        return next == path.count ? value : nil
    }

    package static func leaf(kind: UInt8, content: [UInt8]) -> Digest {
        content.withUnsafeBytes { content in
            ContentHash.digest { cable_hash_leaf(kind, content.baseAddress, content.count, $0) }
        }
    }

    private static func node(_ left: Digest, _ right: Digest) -> Digest {
        left.withOctets { left in
            right.withOctets { right in ContentHash.digest { cable_hash_node(left, right, $0) } }
        }
    }
}
