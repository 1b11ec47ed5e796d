import Cables
import Control
import Custody

/// Sections of one cable, each of which travelled by itself (ACP 127 §208).
extension ControlDesk {
    /// What the inbox says of a cable that is a section; nil for one that is whole.
    func section(of cable: Cable) -> InboxSection? {
        guard let section = cable.section else { return nil }
        let present = Set(sections(with: cable).map(\.number) + [section.number])
        return InboxSection(
            number: section.number, of: section.of,
            missing: (1...max(1, min(section.of, SectionAssembly.sectionsMax))).filter { !present.contains($0) })
    }

    /// The sections that were delivered here of the cable that this one is a section of, itself among them.
    private func sections(with cable: Cable) -> [(number: Int, item: SectionPlace)] {
        guard let key = SectionKey(cable), let mrn = cable.mrn.flatMap({ Cable.canonicalMRN($0) }) else { return [] }
        var found: [(number: Int, item: SectionPlace)] = []
        for place in loop.look({ $0.sectionPlaces(bearing: mrn) }) {
            do {
                let other = try archive.reading(of: archive.acceptance(place.place).body, depth: .routing).cable
                guard SectionKey(other) == key, let section = other.section,
                    !found.contains(where: { $0.number == section.number })
                else { continue }
                found.append((section.number, place))
            } catch {
                loop.alarm(unreadable: error, place.identity)
            }
        }
        return found.sorted { $0.number < $1.number }
    }

    /// The identities of all sections of a cable that are here, in their order.
    func inboxSections(_ request: ControlRequest, _ reply: ControlReply) {
        find(request["id"] ?? "", reply) { custody, slot in
            custody.place(of: slot)
        } then: { [self] place in
            offQueue { [self] in
                do {
                    let cable = try archive.reading(of: archive.acceptance(place).body, depth: .routing).cable
                    guard let section = section(of: cable) else {
                        throw ControlFailure(
                            code: "NOT_A_SECTION", message: "\(request["id"] ?? "") is whole: it names no section",
                            advice: "read it without --joined", exit: ExitStatus.data)
                    }
                    let rows = sections(with: cable)
                    reply.rows(rows) { row in
                        SectionRow(
                            id: row.item.identity.description, number: row.number, of: section.of,
                            missing: section.missing)
                    }
                } catch let failure as ControlFailure {
                    reply.failed(failure)
                } catch {
                    loop.alarm(unreadable: error)
                    reply.failed(unreadable(error))
                }
            }
        }
    }
}
