package import Dispatch

/// A dispatch source that is switched on and off any number of times and may be cancelled or released in either state.
///
/// Dispatch traps when a suspended source is released, and loses count when one is resumed twice. Not for several
/// threads at once.
package final class SwitchedSource {
    private let source: any DispatchSourceProtocol
    private var isOn = false
    private var isActivated = false
    private var isCancelled = false

    /// Off at first.
    package init(_ source: any DispatchSourceProtocol) { self.source = source }

    deinit { cancel() }

    package func switchOn() {
        guard !isOn, !isCancelled else { return }
        isOn = true
        if isActivated {
            source.resume()
        } else {
            isActivated = true
            source.activate()
        }
    }

    package func switchOff() {
        guard isOn, !isCancelled else { return }
        isOn = false
        source.suspend()
    }

    /// For good; the source's cancel handler follows on its queue.
    package func cancel() {
        guard !isCancelled else { return }
        switchOn()
        isCancelled = true
        source.cancel()
    }
}
