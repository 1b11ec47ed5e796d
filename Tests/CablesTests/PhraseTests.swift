import Testing

@testable import Cables

/// What is asked of replies, in one line.
private func asked(_ text: String) -> String {
    let found = cable(text: text).cable.replyInstructions
    var parts: [String] = []
    if !found.captions.isEmpty { parts.append(found.captions.joined(separator: "|")) }
    if !found.slugs.isEmpty { parts.append("for " + found.slugs.joined(separator: "|")) }
    if let due = found.due {
        let when = due.date ?? "\(due.count ?? 0) \(due.unit.rawValue) from \(due.anchor?.rawValue ?? "")"
        parts.append("\(when) [\(due.text)]")
    }
    return parts.joined(separator: ", ")
}

@Suite("Phrasings of reply instructions")
struct PhraseTests {
    @Test(
        "What a drafter asks is understood however it is put",
        arguments: [
            LineCase("slug, an office", "Please slug replies for ISN.", "for ISN"),
            LineCase("slug, TO and two offices", "Posts should slug response to EAP/CM and INR.", "for EAP/CM|INR"),
            LineCase("slug for, attention", "Please slug for ISN/CPI, attn A. Nobody.", "for ISN/CPI"),
            LineCase("slug your reply", "Kindly slug your reply for XYZ/PUMP.", "for XYZ/PUMP"),
            LineCase("slug, an order at the start", "Slug all responses for OES/PCI.", "for OES/PCI"),
            LineCase("slug, over a line end", "Please slug\nreplies for\nSUP/TENTS.", "for SUP/TENTS"),
            LineCase(
                "slug, in capitals", "PLEASE SLUG REPLIES FOR ISN/CPI, T AND EUR/RPM, ATTN NOBODY.",
                "for ISN/CPI|T|EUR/RPM"),
            LineCase("slug, in capitals, more behind", "PLEASE SLUG REPLIES FOR ISN AND INFORM EMBASSY.", "for ISN"),
            LineCase("slugged, replies first", "All replies should be slugged for PM/RSAT.", "for PM/RSAT"),
            LineCase("slugged, must", "Reporting cables must be slugged for INR.", "for INR"),
            LineCase("for the attention of", "Please slug your response for the attention of WHA/BSC.", "for WHA/BSC"),
            LineCase("the department named", "Please slug responses for Department (ISN/CPI).", "for ISN/CPI"),
            LineCase("STATE/ before the office", "Please slug replies for STATE/ISN.", "for ISN"),
            LineCase("slug, quoted", "Please slug replies \u{201C}for ISN/CPI.\u{201D}", "for ISN/CPI"),
            LineCase(
                "slug cables on this subject", "Posts are requested to slug all cables on this subject for NEA/IR.",
                "for NEA/IR"),
            LineCase("and slug", "Please reply soon and slug response for L/UNA.", "for L/UNA"),
            LineCase("include a caption", "Please include SIPDIS in all replies.", "SIPDIS"),
            LineCase("use the caption", "Use the SIPDIS caption.", "SIPDIS"),
            LineCase("replies should carry", "All replies should carry the SIPDIS caption.", "SIPDIS"),
            LineCase("NODIS", "Include NODIS in your response.", "NODIS"),
            LineCase("should be captioned", "Responses should be captioned NODIS.", "NODIS"),
            LineCase("caption before the verb", "The SIPDIS caption should be included in replies.", "SIPDIS"),
            LineCase("mark replies", "Please mark replies EXDIS.", "EXDIS"),
            LineCase("ensure that replies bear", "Please ensure that replies bear the SIPDIS caption.", "SIPDIS"),
            LineCase("add to the reply", "POSTS ARE REQUESTED TO ADD SIPDIS TO THEIR REPLIES.", "SIPDIS"),
            LineCase("an order behind a semicolon", "Slug replies for ISN; use the SIPDIS caption.", "SIPDIS, for ISN"),
            LineCase("caption and office in one", "Please slug replies for ISN and include SIPDIS.", "SIPDIS, for ISN"),
            LineCase(
                "within, word and number", "Please respond within seven (7) business days of receipt of this cable.",
                "7 businessDays from receipt [within seven (7) business days of receipt]"),
            LineCase(
                "within, working days", "Posts should respond within ten working days.",
                "10 businessDays from receipt [within ten working days]"),
            LineCase(
                "within, hours", "A response is requested within 48 hours.", "48 hours from receipt [within 48 hours]"),
            LineCase("within, weeks", "Please answer within two weeks.", "14 days from receipt [within two weeks]"),
            LineCase(
                "within the next", "Please reply within the next five days.",
                "5 days from receipt [within the next five days]"),
            LineCase(
                "from the date of the cable", "Please reply within ten days of the date of this cable.",
                "10 days from dtg [within ten days of the date]"),
            LineCase(
                "no later than, days", "Please reply no later than five business days after receipt.",
                "5 businessDays from receipt [no later than five business days after receipt]"),
            LineCase("by COB", "Please reply by COB August 15.", "2008-08-15 [by COB August 15]"),
            LineCase(
                "by C.O.B.", "Please reply by C.O.B. Friday, August 15, 2008.",
                "2008-08-15 [by C.O.B. Friday, August 15, 2008]"),
            LineCase(
                "by close of business", "Responses are requested by close of business on July 18.",
                "2008-07-18 [by close of business on July 18]"),
            LineCase(
                "no later than, military date", "Please reply no later than 15 AUG 08.",
                "2008-08-15 [no later than 15 AUG 08]"),
            LineCase(
                "NLT and a date-time group", "PLEASE REPLY NLT 011800Z SEP.", "2008-09-01T18:00:00Z [NLT 011800Z SEP]"),
            LineCase("NLT and COB", "REPLY NLT COB 15 AUGUST.", "2008-08-15 [NLT COB 15 AUGUST]"),
            LineCase("the next year", "Please reply by January 10.", "2009-01-10 [by January 10]"),
            LineCase("an ordinal", "Please reply by the 15th of August.", "2008-08-15 [by the 15th of August]"),
            LineCase(
                "on or before, numbers", "Please respond on or before 08/15/2008.",
                "2008-08-15 [on or before 08/15/2008]"),
            LineCase("due", "Replies are due August 15.", "2008-08-15 [due August 15]"),
            LineCase("an order at the start", "Respond by June 30.", "2008-06-30 [by June 30]"),
            LineCase(
                "the time first", "No later than COB July 18, posts are requested to reply with a name.",
                "2008-07-18 [No later than COB July 18]"),
            LineCase(
                "the sentence beside", "Please slug replies for ISN. The Department needs them by July 18.",
                "for ISN, 2008-07-18 [by July 18]"),
            LineCase("a report", "Posts are requested to report by August 1.", "2008-08-01 [by August 1]"),
            LineCase(
                "would appreciate", "The Department would appreciate a response by July 3.", "2008-07-03 [by July 3]"),
            LineCase(
                "a page line inside",
                "Please respond within seven\nPAGE 02 POST A 000012 182333Z\nbusiness days of receipt.",
                "7 businessDays from receipt [within seven business days of receipt]"),
        ])
    func understood(line: LineCase) { #expect(asked(line.written) == line.understood) }

    @Test(
        "Words that only look like a request yield nothing",
        arguments: [
            "A sea slug for ISN was seen.", "The slug for the press was removed.",
            "He was a slug, the reply for DAO said.",
            "The brass slug for INR is lost.", "They slugged it out for ISN.", "The last reply was slugged for ISN.",
            "Do not slug replies for ISN.", "The reply was late, as SIPDIS was omitted.",
            "Do not include SIPDIS in replies.",
            "This cable is SIPDIS.", "SIPDIS cables are kept for a year.", "The use of SIPDIS in replies has grown.",
            "If you include SIPDIS in replies, more will read them.", "He answered that NODIS had been used.",
            "Replies without SIPDIS were lost.", "The ship arrives within seven days.",
            "The minister leaves by August 15.",
            "It was signed no later than 1907, they say.", "The ministry will respond within ten days.",
            "Their reply came within 48 hours.", "He walked by the 15 mills of August.",
            "The mill was built by ten men in May.", "Within the region they answer to nobody.",
            "The flood is due August 15.", "The embassy requested a response from the ministry within seven days.",
            "The ministry's response, due July 3, never came.", "Replies were due August 15.",
            "Please explain why SIPDIS was used in your reply.", "Post included SIPDIS in its reply.",
            "Posts by July had replied.", "The note was drafted in ten days.",
        ])
    func traps(text: String) { #expect(asked(text) == "", "\(text)") }

    @Test("The sentence from which a caption or slug was read is kept")
    func sources() {
        let found = cable(text: "X. Please slug\nreplies for ISN. Use the SIPDIS caption. Y.").cable.replyInstructions
        #expect(found.slugText == "Please slug replies for ISN.")
        #expect(found.captionText == "Use the SIPDIS caption.")
    }
}
