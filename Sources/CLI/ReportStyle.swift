import AdjointViews

/// How a report looks, by day and by night.
enum ReportStyle {
  static let css = """
    \(ChartStyle.colours)
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    main { max-width: 64rem; margin: 0 auto; padding: 2.2rem 1.2rem 4rem; }
    h1 { font-size: 1.9rem; font-weight: 650; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
    h1 + p { margin: .2rem 0 1.4rem; color: var(--soft); }
    h2 { font-size: 1.15rem; font-weight: 650; margin: 2.6rem 0 .8rem; padding-bottom: .3rem; \
    border-bottom: 1px solid var(--line); }
    section > p { margin: .2rem 0 .8rem; max-width: 44rem; color: var(--soft); }
    .facts { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; font-variant-numeric: tabular-nums; }
    .facts b { display: block; font-size: 1.7rem; font-weight: 600; line-height: 1.2; }
    .facts span { color: var(--soft); font-size: .9rem; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
    svg { display: block; width: 100%; max-width: 31rem; height: auto; background: var(--panel); \
    border: 1px solid var(--line); border-radius: 4px; }
    \(ChartStyle.css)
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13px; line-height: 1.4; font-variant-numeric: tabular-nums; }
    th, td { padding: .24rem .6rem; text-align: left; font-weight: 400; }
    thead th { font-weight: 600; border-bottom: 1px solid var(--line); vertical-align: bottom; }
    tbody th { font-weight: 600; white-space: nowrap; }
    tfoot td, tfoot th { border-top: 1px solid var(--line); }
    .number { text-align: right; }
    .confusion td { text-align: right; min-width: 2.6rem; border: 1px solid var(--faint); }
    .confusion thead th, .confusion tfoot td { text-align: right; }
    .confusion .corner { color: var(--soft); font-weight: 400; text-align: left; }
    .confusion .share { color: var(--soft); border: 0; padding-left: 1rem; }
    .confusion tfoot td { border-left: 0; border-right: 0; border-bottom: 0; color: var(--soft); }
    .holds { min-width: 13rem; max-width: 36rem; }
    .bar { width: 11rem; }
    .bar span { display: block; height: .55rem; min-width: 1px; background: var(--c0); border-radius: 1px; }
    @media (max-width: 34rem) { .bar { display: none; } main { padding: 1.4rem .9rem 3rem; } }
    .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.6rem, 1fr)); gap: 1.1rem 1rem; }
    .pairs { grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
    figure { margin: 0; }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .2rem; }
    figure img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; \
    background: #000; image-rendering: pixelated; border-radius: 3px; }
    figcaption { margin-top: .35rem; font-size: 12px; line-height: 1.35; }
    figcaption span { display: block; color: var(--soft); }
    ul { margin: 0; padding-left: 1.2rem; }
    dl { margin: 1.2rem 0 0; }
    dt { font-weight: 600; font-size: 13px; margin-top: .9rem; }
    dd { margin: .25rem 0 0; }
    pre { margin: 0; font: 13px/1.5 ui-monospace, monospace; background: var(--code); padding: .7rem .9rem; \
    border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
    code { font: 12.5px ui-monospace, monospace; }
    """
}
