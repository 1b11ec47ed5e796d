package import Cables
package import Octets

extension OctetWriter {
    package mutating func indicator(_ value: RoutingIndicator) { u64(value.packed) }

    package mutating func identity(_ value: CableIdentity) {
        indicator(value.station)
        u64(value.start)
        varint(value.number)
    }
}

extension OctetReader {
    package mutating func indicator() throws(OctetFault) -> RoutingIndicator {
        let start = offset
        let packed = try u64()
        guard let indicator = RoutingIndicator(packed: packed) else {
            throw .unknownValue(offset: start, value: packed)
        }
        return indicator
    }

    package mutating func identity() throws(OctetFault) -> CableIdentity {
        CableIdentity(station: try indicator(), start: try u64(), number: try varint())
    }

    package mutating func precedence() throws(OctetFault) -> Precedence {
        let value = try u8()
        guard let precedence = Precedence(rawValue: value) else {
            throw .unknownValue(offset: offset - 1, value: UInt64(value))
        }
        return precedence
    }

    package mutating func classification() throws(OctetFault) -> Classification {
        let value = try u8()
        guard let classification = Classification(rawValue: value) else {
            throw .unknownValue(offset: offset - 1, value: UInt64(value))
        }
        return classification
    }

    package mutating func role() throws(OctetFault) -> SignedBlock.Delivery.Role {
        let value = try u8()
        guard let role = SignedBlock.Delivery.Role(rawValue: value) else {
            throw .unknownValue(offset: offset - 1, value: UInt64(value))
        }
        return role
    }

    mutating func deskRole() throws(OctetFault) -> DeskDelivery.Role {
        let value = try u8()
        guard let role = DeskDelivery.Role(rawValue: value) else {
            throw .unknownValue(offset: offset - 1, value: UInt64(value))
        }
        return role
    }

    mutating func holdReason() throws(OctetFault) -> HoldReason {
        let value = try u8()
        guard let reason = HoldReason(rawValue: value) else {
            throw .unknownValue(offset: offset - 1, value: UInt64(value))
        }
        return reason
    }

    package mutating func expect(version: UInt8) throws(OctetFault) {
        let value = try u8()
        guard value == version else { throw .unknownValue(offset: offset - 1, value: UInt64(value)) }
    }
}
