/// How a transmission is laid out (ACP 127 §138, §208).
package enum PageLayout {
    /// Columns of a line at most, blanks included.
    package static let columns = 69
    /// Lines of a page at most, counted from format line 5.
    package static let linesPerPage = 20
    /// Pages of text in one transmission at most.
    package static let pagesPerSection = 5
}
