/// Names that a station knows, for completion: offices of its posts, and all posts of the network.
package struct NamesDocument: Codable, Sendable, Equatable {
    package var offices: [String]
    package var posts: [String]

    package init(offices: [String], posts: [String]) {
        self.offices = offices
        self.posts = posts
    }
}
