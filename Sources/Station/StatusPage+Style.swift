extension StatusPage {
    /// Colour only repeats what words and the kind of line say; every pair of text and ground has a contrast of 4.5 or
    /// more, in light and in dark.
    static let style = """
        :root { --ground: #f4f5f7; --card: #fff; --ink: #16202c; --soft: #4f5b69; --line: #d5dae1; --own: #1d3f72;
          --own-ink: #fff; --up: #15692f; --connecting: #7d5300; --down: #b3131f; --unknown: #6b7683; --bar: #c9d8ee; }
        @media (prefers-color-scheme: dark) { :root { --ground: #10151b; --card: #19212a; --ink: #e6ebf1;
          --soft: #a9b4c0; --line: #323d49; --own: #a9c7f2; --own-ink: #10151b; --up: #56c979; --connecting: #e2b04a;
          --down: #ff7b80; --unknown: #8d99a6; --bar: #2b4468; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
        header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 16px; }
        header { padding-top: 18px; }
        h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: .02em; }
        h2 { font-size: 16px; margin: 0 0 10px; }
        p { margin: 4px 0; }
        #about, .small, footer { color: var(--soft); font-size: 13px; }
        #summary { font-size: 17px; font-weight: 600; margin: 10px 0 14px; padding-left: 12px;
          border-left: 5px solid var(--unknown); }
        #summary.good { border-color: var(--up); }
        #summary.attention { border-color: var(--connecting); }
        #summary.alarm { border-color: var(--down); }
        #stale { background: var(--card); border: 2px solid var(--down); border-radius: 6px; padding: 8px 12px; }
        main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; align-items: start; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px;
          min-width: 0; }
        .wide { grid-column: 1 / -1; }
        table { width: 100%; border-collapse: collapse; }
        th, td { text-align: left; vertical-align: top; padding: 5px 8px 5px 0; border-top: 1px solid var(--line);
          overflow-wrap: anywhere; }
        thead th { border-top: 0; color: var(--soft); font-size: 12px; font-weight: 600; overflow-wrap: normal; }
        tbody th { font-weight: 600; overflow-wrap: normal; }
        td .more { display: block; color: var(--soft); font-size: 13px; }
        .number { white-space: nowrap; }
        .bad { color: var(--down); font-weight: 600; }
        .bar { display: block; height: 4px; border-radius: 2px; background: var(--bar); margin-top: 3px; min-width: 0; }
        .state { font-weight: 600; }
        .state.up { color: var(--up); } .state.connecting { color: var(--connecting); } .state.down { color: var(--down); }
        .state.draining { color: var(--connecting); }
        code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px; }
        .key { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0 0; padding: 0;
          font-size: 13px; color: var(--soft); }
        .key li::before { content: ""; display: inline-block; width: 26px; margin-right: 6px; vertical-align: middle;
          border-top: 3px solid var(--unknown); }
        .key .up::before { border-color: var(--up); }
        .key .connecting::before { border-top: 3px dashed var(--connecting); }
        .key .down::before { border-top: 3px dotted var(--down); }
        .key .closed::before { border-top: 3px dotted var(--soft); }
        .key .unknown::before { border-top-width: 1px; }
        #picture svg { display: block; width: 100%; height: auto; }
        #picture text { font-size: 13px; fill: var(--ink); text-anchor: middle; }
        #picture text.post { font-size: 11px; fill: var(--soft); }
        #picture text.post, #picture text.label, #picture text.rate { paint-order: stroke; stroke: var(--card);
          stroke-width: 5px; stroke-linejoin: round; }
        #picture text.label { font-weight: 600; }
        #picture text.rate { font-size: 12px; fill: var(--soft); }
        #picture rect { fill: var(--card); stroke: var(--unknown); stroke-width: 1.5; }
        #picture .own rect { fill: var(--own); stroke: var(--own); }
        #picture .own text.name { fill: var(--own-ink); font-weight: 700; }
        #picture line { stroke: var(--unknown); stroke-width: 1; }
        #picture line.link { stroke-width: 3; }
        #picture line.link.up { stroke: var(--up); } #picture text.label.up { fill: var(--up); }
        #picture line.link.connecting { stroke: var(--connecting); stroke-dasharray: 10 6; }
        #picture text.label.connecting { fill: var(--connecting); }
        #picture line.link.down { stroke: var(--down); stroke-dasharray: 2 7; stroke-linecap: round; }
        #picture text.label.down { fill: var(--down); }
        #picture line.link.draining { stroke: var(--connecting); stroke-dasharray: 14 5 2 5; }
        #picture text.label.draining { fill: var(--connecting); }
        #picture line.link.closed { stroke: var(--soft); stroke-dasharray: 3 9; }
        #picture line.flow { stroke: var(--ink); stroke-width: 5; stroke-linecap: round; stroke-dasharray: .1 17.9;
          visibility: hidden; animation: flow 1.2s linear infinite; }
        #picture line.flow.moving { visibility: visible; }
        #picture line.flow.fast { animation-duration: .45s; }
        @keyframes flow { from { stroke-dashoffset: 18; } to { stroke-dashoffset: 0; } }
        @media (prefers-reduced-motion: reduce) { #picture line.flow { animation: none; } }
        footer { padding-top: 12px; padding-bottom: 24px; }
        @media (max-width: 760px) { main { grid-template-columns: minmax(0, 1fr); gap: 10px; padding: 0 10px; }
          header, footer { padding-left: 14px; padding-right: 14px; } section { padding: 12px; }
          body { font-size: 14px; } th, td { padding-right: 6px; } h1 { font-size: 22px; } }
        @media (forced-colors: active) { .bar, .key li::before { forced-color-adjust: none; } }
        """
}
