import Octets
import Testing
import Transport

@Suite("Hashes and batches")
struct HashTests {
    @Test(
        "SHA-256 gives the values of FIPS 180-4, whole and in parts",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func known(text: String, expected: String) {
        #expect(ContentHash.of(Array(text.utf8)).description == expected)
        var stream = HashStream()
        for octet in text.utf8 { withUnsafeBytes(of: octet) { stream.update($0) } }
        #expect(stream.finish().description == expected)
    }

    @Test("Leaf and node are what the rule says, octet for octet")
    func shape() {
        let content: [UInt8] = [7, 8, 9]
        let leaf = BatchTree.leaf(kind: 3, content: content)
        #expect(leaf == ContentHash.of([0, 3, 0, 0, 0, 0, 0, 0, 0, 3] + content))
        let other = BatchTree.leaf(kind: 4, content: content)
        #expect(BatchTree(leaves: [leaf, other]).root == ContentHash.of([1] + leaf.octets + other.octets))
        let pair = BatchTree(leaves: [leaf, other]).root
        #expect(BatchTree(leaves: [leaf, other, leaf]).root == ContentHash.of([1] + pair.octets + leaf.octets))
        #expect(BatchTree(leaves: [leaf]).root == leaf)
    }

    @Test("Every path leads to the root, and none with another index, count, length or leaf", arguments: 1...33)
    func paths(count: Int) {
        let leaves = (0..<count).map { BatchTree.leaf(kind: 1, content: [UInt8($0)]) }
        let tree = BatchTree(leaves: leaves)
        for index in 0..<count {
            let path = tree.path(of: index)
            func root(_ leaf: Digest, _ index: Int, _ count: Int, _ path: [Digest]) -> Digest? {
                BatchTree.root(leaf: leaf, index: index, count: count, path: path)
            }
            #expect(root(leaves[index], index, count, path) == tree.root)
            #expect(root(leaves[index], index, count, path + [.zero]) == nil)
            #expect(root(.zero, index, count, path) != tree.root)
            #expect(root(leaves[index], -1, count, path) == nil)
            #expect(root(leaves[index], count, count, path) == nil)
            #expect(root(leaves[index], index, 0, path) == nil)
            if !path.isEmpty { #expect(root(leaves[index], index, count, Array(path.dropLast())) == nil) }
            for forged in 0..<count where forged != index {
                #expect(root(leaves[index], forged, count, path) != tree.root)
            }
            // A count of another depth never fits the length of the path.
            #expect(root(leaves[index], index, count * 2 + 1, path) == nil)
        }
    }

    @Test("Random octets come in the count asked for, and not the same twice")
    func random() {
        #expect(RandomBits.octets(0).isEmpty)
        #expect(RandomBits.octets(33).count == 33)
        #expect(RandomBits.octets(32) != RandomBits.octets(32))
        #expect(RandomBits.word != RandomBits.word)
    }

    @Test("The clock since the start does not go back, and the wall clock is in milliseconds since 1970")
    func clocks() {
        let first = MonotonicClock.bootMilliseconds
        #expect(MonotonicClock.bootMilliseconds >= first)
        #expect(MonotonicClock.wallMilliseconds > 1_700_000_000_000)
    }
}
