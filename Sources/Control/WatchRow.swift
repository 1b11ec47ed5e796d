/// Something that happened at the station, as `watch` tells it: never text or subject of a cable.
package struct WatchRow: Codable, Sendable, Equatable {
    package var at: String
    package var event: String
    package var id: String?
    package var precedence: String?
    package var post: String?
    package var office: String?
    /// The neighbour.
    package var link: String?
    /// Who states it, where another station does.
    package var station: String?
    package var user: UInt32?
    /// What an answer says of the delivery.
    package var state: String?
    package var detail: String?

    package init(at: Int64, event: String) {
        self.at = Timestamp(milliseconds: at).description
        self.event = event
    }

    /// Every word that may stand in `event`, and what it means.
    package static let events: [(word: String, meaning: String)] = [
        ("started", "the daemon began"),
        ("accepted", "a cable came into custody here, from a user or over a link"),
        ("delivered", "a cable reached a desk of this station"),
        ("duplicate", "a cable came once more, and no desk got it again"),
        ("custodyPassed", "the neighbour has custody of a cable"),
        ("receipt", "an addressee's station delivered a cable that originated here"),
        ("notice", "an addressee's station, or one on the way, could not deliver it"),
        ("acknowledgment", "a person at the addressee's took action on it"),
        ("undeliverable", "this station ended a delivery without making it"),
        ("held", "a delivery does not move; detail says why"),
        ("released", "it goes on"),
        ("raised", "its precedence is higher now"),
        ("cancelling", "the order to end it has gone after it"),
        ("cancelled", "a delivery was ended by order"),
        ("moved", "its post is at another station now"),
        ("offeredAgain", "the neighbour no longer knows a cable that it had taken"),
        ("preempted", "a transfer stopped between two chunks for something of higher precedence"),
        ("resumed", "that transfer goes on"),
        ("refused", "something was refused to a user or a neighbour; detail has the code"),
        ("operated", "an operator steered the station; detail has the words"),
        ("linkUp", "a session with a neighbour stands"),
        ("linkDown", "it ended; detail says why"),
        ("alarm", "something needs a person; detail begins with its code"),
        ("warning", "something is not as it should be; detail begins with its code"),
        ("missed", "more happened than could be told; detail has the count"),
    ]
}
