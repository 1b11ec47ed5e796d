import Control
import Routing
import Settings

extension ControlDesk {
    /// `names`: what a shell may offer.
    func names(_ reply: ControlReply) {
        let settings = facts.settings
        let network = facts.network
        let directory = OfficeDirectory(settings.offices)
        let offices = Set((network.station(settings.station)?.posts ?? []).flatMap { directory.offices(of: $0) })
        reply.document(
            NamesDocument(
                offices: offices.sorted(), posts: Set(network.stations.flatMap(\.posts)).sorted()))
    }
}
