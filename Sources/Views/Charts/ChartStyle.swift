/// How charts look, by day and by night.
package enum ChartStyle {
  package static let colours = """
    :root { color-scheme: light dark; --page: #fbfaf7; --ink: #23211d; --soft: #6a655b; --line: #ddd8cc; \
    --faint: #ece7db; --panel: #fff; --code: #f2efe7; --c0: #2b6cb0; --c1: #c05621; --c2: #2f855a; \
    --c3: #805ad5; --c4: #b7791f; --c5: #b83280; --c6: #718096; \
    --right: 34,139,94; --wrong: 200,60,40; }
    @media (prefers-color-scheme: dark) { :root { --page: #191817; --ink: #ece8df; --soft: #a49e92; \
    --line: #3c3934; --faint: #302d2a; --panel: #211f1d; --code: #262421; --c0: #6cabec; --c1: #ee9355; \
    --c2: #63c794; --c3: #b79cf2; --c4: #e0b050; --c5: #ef7fbd; --c6: #a0aec0; \
    --right: 40,150,105; --wrong: 215,85,65; } }
    """

  /// How many series have a colour of their own.
  package static let series = 7

  package static let css = """
    svg text { font: 12px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
    svg .title { font-size: 13.5px; font-weight: 600; fill: var(--ink); }
    svg .grid { stroke: var(--faint); }
    svg .tick { stroke: var(--line); }
    svg .line { fill: none; stroke: var(--line-colour); stroke-width: 2; stroke-linejoin: round; }
    svg .column { fill: var(--line-colour); stroke: none; }
    \((0..<series).map { "svg .s\($0) { --line-colour: var(--c\($0)); }" }.joined(separator: "\n"))
    svg .dot { fill: var(--line-colour); stroke: none; }
    svg .touch { fill: transparent; stroke: none; }
    svg .best, svg .diagonal { stroke: var(--soft); stroke-dasharray: 4 3; fill: none; }
    svg .point { fill: var(--c0); fill-opacity: .55; }
    svg .example { stroke: #fff; stroke-width: .8; }
    svg .valued { stroke: #4a463f; stroke-width: .8; }
    """

  /// A picture as a file of its own, with its style in it.
  package static func file(_ svg: String) -> String {
    guard let end = svg.firstIndex(of: ">") else { return svg }
    let style = "<style>\n\(colours)\nsvg { background: var(--panel); }\n\(css)\n</style>"
    return svg[...end] + style + svg[svg.index(after: end)...] + "\n"
  }
}
