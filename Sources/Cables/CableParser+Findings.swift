extension CableParser {
    // MARK: The whole

    mutating func finish() {
        settleOriginal()
        swap(&cable.transport, &transmission.transport)
        cable.releasability = captions.releasability
        swap(&cable.captions, &captions.captions)
        swap(&cable.slugs, &captions.slugs)
        swap(&cable.attention, &captions.attention)
        swap(&cable.pass, &captions.pass)
        swap(&cable.exercise, &captions.exercise)
        if depth == .whole {
            readSignature()
            readInstructions()
        }
        refuse()
        if diagnostics.first(where: { $0.kind == .empty || $0.kind == .notACable }) == nil { warn() }
    }

    private mutating func readInstructions() {
        let start = layout.afterBlock > 0 ? layout.afterBlock : textStart ?? 0
        guard start < octets.count else { return }
        let date = cable.dateTimeGroup?.unixSeconds.map { DateTimeGroup.civil(fromDays: Int64($0 / 86_400)) }
        cable.replyInstructions = ReplyInstructionReader.read(
            octets, start..<max(start, textEnd), written: date ?? (receiptYear, 1, 1), receiptYear: receiptYear)
    }

    // MARK: What cannot be routed

    private mutating func refuse() {
        let hasAddresses = cable.from != nil || !cable.to.isEmpty || !cable.info.isEmpty
        guard hasPrecedenceLine || hasAddresses else {
            let isBlank = octets.all(octets.range) { $0 <= 0x20 }
            if isBlank { return say(0, .empty) }
            return say(1, transmission.originLine > 0 ? .serviceMessage : .notACable)
        }
        if !hasPrecedenceLine {
            if let doubled = transmission.precedence {
                cable.precedence = doubled
            } else {
                say(startLine, .noPrecedenceLine)
            }
        } else if cable.precedence == nil, !diagnostics.contains(where: { $0.severity == .error }) {
            say(startLine, .unknownPrecedence)
        }
        if cable.from == nil { say(startLine, .noOriginator) }
        if cable.to.isEmpty, cable.info.isEmpty { say(startLine, .noAddressee) }
        if addresses.isOverfull { say(startLine, .tooManyAddressees) }
    }

    // MARK: What should be looked at

    private mutating func warn() {
        let line = classificationLine == 0 ? startLine : classificationLine
        if let text = cable.classification {
            if let transport = SecurityLetters.classification(cable.transport),
                transport != (text == .sensitiveButUnclassified ? .unclassified : text)
            {
                let stricter = max(text, transport)
                say(
                    line, .classificationMismatch,
                    "the transport line says \(transport.word), the text \(text.word): \(stricter.word) holds")
            }
        } else {
            say(startLine, .noClassification)
        }
        warnOfCaptions(line)
        if addresses.misspeltLine > 0 { say(addresses.misspeltLine, .misspelt) }
        if addresses.secondOriginatorLine > 0 { say(addresses.secondOriginatorLine, .secondOriginator) }
        if transmission.isPresent { warnOfTransmission(line) }
        if let subject = cable.subject, subject.utf8.contains(UInt8(ascii: "&")), Self.hasEntity(subject) {
            say(line, .htmlEntity)
        }
    }

    private mutating func warnOfCaptions(_ line: Int) {
        guard !cable.captions.isEmpty else { return }
        if captions.isDoubled { say(line, .doubledCaption) }
        if cable.captions.count > 1 {
            if cable.captions.contains("SIPDIS"),
                let strict = cable.captions.first(where: { $0 == "NODIS" || $0 == "EXDIS" })
            {
                say(
                    line, .captionConflict,
                    "\(strict) wins over SIPDIS: the cable gets no SIPDIS distribution; leave one of them out")
            }
            if cable.captions.contains("NOFORN"), let release = cable.captions.first(where: { $0.hasPrefix("REL ") }) {
                say(
                    line, .captionConflict,
                    "NOFORN wins over \(release): no foreign station gets the cable; leave one of them out")
            }
            let channels = cable.captions.filter { Captions.kind($0) == .channel }
            let standsAlone = channels.contains { $0.hasPrefix("AGR") || $0.hasPrefix("DIRGEN") }
            if channels.count > 1 || standsAlone { say(line, .channelConflict) }
        }
    }

    private mutating func warnOfTransmission(_ line: Int) {
        let origin = transmission.originLine == 0 ? startLine : transmission.originLine
        if transmission.badIndicators > 0 { say(origin, .badIndicator) }
        if cable.transport?.filingTime != nil {
            if let filing = transmission.filing {
                // On a readdressal the filing time is that of the request, not of the text.
                if let seconds = cable.dateTimeGroup?.unixSeconds, !isReaddressed, !filing.follows(seconds) {
                    say(origin, .filingBeforeTime)
                }
            } else {
                say(origin, .badFilingTime)
            }
        }
        if let suffix = cable.transport?.sectionSuffix.flatMap({ Int($0) }), let section = cable.section?.number,
            suffix != section
        {
            say(origin, .sectionMismatch)
        }
        // Only where `#` stands is the serial number the end of the message reference number.
        if cable.transport?.serialIsMarked == true, let serial = cable.transport?.serial, let mrn = cable.mrn,
            !Self.agree(serial, mrn)
        {
            say(origin, .numberMismatch)
        }
    }

    private static func agree(_ serial: String, _ mrn: String) -> Bool {
        var (serial, mrn) = (serial, mrn)
        return serial.withUTF8 { serial in
            mrn.withUTF8 { mrn in
                var end = serial.count
                while end > 0, !serial[end - 1].isDigit { end -= 1 }
                var back = 1
                while end - back >= 0, mrn.count - back >= 0, serial[end - back].isDigit, mrn[mrn.count - back].isDigit
                {
                    if serial[end - back] != mrn[mrn.count - back] { return false }
                    back += 1
                }
                return true
            }
        }
    }

    private static func hasEntity(_ text: String) -> Bool {
        for name in ["&amp;", "&quot;", "&lt;", "&gt;", "&#", "&nbsp;"] where text.holds(name) { return true }
        return false
    }
}
