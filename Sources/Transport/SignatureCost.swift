/// Whether this build leaves signatures out, to measure what they cost: `deploy/signature-cost` makes such a build in a
/// folder of its own. A daemon of it serves no network but a lab's.
package enum SignatureCost {
    #if CABLE_WITHOUT_SIGNATURES
        package static let isLeftOut = true
    #else
        package static let isLeftOut = false
    #endif
}
