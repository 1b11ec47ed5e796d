import Octets
import Transport

/// The status page: one document that loads nothing and runs only what stands in it. What it shows comes as events.
enum StatusPage {
    static let answer = HTTPAnswer(
        status: 200, type: "text/html; charset=utf-8",
        policy: "default-src 'none'; script-src '\(hash(script))'; style-src '\(hash(style))'; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        body: Array(document.utf8))

    /// Octets of an event of the stream.
    static func event(_ name: String, _ data: [UInt8]) -> [UInt8] {
        Array("event: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }

    /// The begin of a stream; a browser that has lost it comes back after so many milliseconds.
    static let stream = HTTPAnswer(status: 200, type: "text/event-stream", body: nil)
    static let retry = Array("retry: 3000\n\n".utf8)

    private static func hash(_ text: String) -> String {
        "sha256-\(base64(ContentHash.of(Array(text.utf8)).octets))"
    }

    static func base64(_ octets: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: 3) {
            let part = octets[start..<min(start + 3, octets.count)]
            var bits = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for place in 0..<4 {
                text.append(place <= part.count ? letters[Int(bits >> 18 & 0x3F)] : UInt8(ascii: "="))
                bits <<= 6
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static var document: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Cable Router</title>
        <link rel="icon" href="data:,">
        <style>\(style)</style>
        </head>
        <body>
        \(content)
        <script>\(script)</script>
        </body>
        </html>

        """
    }

    /// What stands on the page before the first event; every part has its heading, and says so where it is empty.
    private static let content = """
        <header>
        <h1 id="station">Cable Router</h1>
        <p id="about">connecting …</p>
        <p id="summary" role="status">Not known yet.</p>
        <p id="stale" role="alert" hidden></p>
        </header>
        <noscript><p>This page shows what comes while it is open, and needs scripts for that. <code>routerctl status</code>,
        <code>routerctl queue list</code> and <code>routerctl link list</code> say the same.</p></noscript>
        <main>
        <section aria-labelledby="network-title" class="wide">
        <h2 id="network-title">Network</h2>
        <div id="picture"></div>
        <p id="beyond" class="small"></p>
        <ul class="key" aria-label="What the lines of the picture mean">
        <li class="up">up</li><li class="connecting">connecting</li><li class="down">down</li><li class="closed">closed by order</li>
        <li class="unknown">between others, not seen from here</li>
        </ul>
        </section>
        <section aria-labelledby="queues-title">
        <h2 id="queues-title">Queues</h2>
        <table aria-labelledby="queues-title"><thead><tr><th scope="col">Precedence</th><th scope="col">Queued</th>
        <th scope="col">Oldest</th><th scope="col">Held</th><th scope="col">Overdue</th></tr></thead>
        <tbody id="queues"></tbody></table>
        </section>
        <section aria-labelledby="links-title">
        <h2 id="links-title">Links</h2>
        <table aria-labelledby="links-title"><thead><tr><th scope="col">Link</th><th scope="col">State</th>
        <th scope="col">Queued</th><th scope="col">Out and in</th></tr></thead><tbody id="links"></tbody></table>
        </section>
        <section aria-labelledby="alarms-title" class="wide">
        <h2 id="alarms-title">Alarms</h2>
        <p id="alarms-none">No alarm stands.</p>
        <table id="alarms-table" aria-labelledby="alarms-title" hidden><thead><tr><th scope="col">Since</th>
        <th scope="col">Alarm</th></tr></thead><tbody id="alarms"></tbody></table>
        </section>
        <section aria-labelledby="late-title">
        <h2 id="late-title">Overdue deliveries</h2>
        <p id="late-none">Nothing is overdue.</p>
        <table id="late-table" aria-labelledby="late-title" hidden><thead><tr><th scope="col">Precedence</th>
        <th scope="col">Cable and addressee</th><th scope="col">Late by</th></tr></thead><tbody id="late"></tbody></table>
        <p id="late-more" class="small"></p>
        </section>
        <section aria-labelledby="due-title">
        <h2 id="due-title">Replies that are due</h2>
        <p id="due-none">No reply is due.</p>
        <table id="due-table" aria-labelledby="due-title" hidden><thead><tr><th scope="col">Due</th>
        <th scope="col">Cable and office</th></tr></thead><tbody id="due"></tbody></table>
        <p id="due-more" class="small"></p>
        </section>
        </main>
        <footer><p>This page only shows. <code>routerctl</code> acts, and shows more: <code>routerctl queue list</code> says of
        every cable why it waits.</p></footer>
        """
}
