/// The answer to `route test`.
package struct RouteDocument: Codable, Sendable, Equatable {
    package struct Alternate: Codable, Sendable, Equatable {
        package var path: [String]
        package var cost: Int

        package init(path: [String], cost: Int) {
            self.path = path
            self.cost = cost
        }
    }

    package struct Refused: Codable, Sendable, Equatable {
        package var link: String
        package var why: String

        package init(link: String, why: String) {
            self.link = link
            self.why = why
        }
    }

    package var post: String
    package var indicator: String
    package var path: [String]
    package var link: String?
    package var alternates: [Alternate]
    package var refused: [Refused]

    package init(
        post: String, indicator: String, path: [String], link: String?, alternates: [Alternate], refused: [Refused]
    ) {
        self.post = post
        self.indicator = indicator
        self.path = path
        self.link = link
        self.alternates = alternates
        self.refused = refused
    }
}
