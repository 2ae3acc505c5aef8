// How the report looks: one column, light or dark as the reader's system has it, from a phone to a desktop.

enum Style {
    /// Colours of the contenders: blue, vermilion, green, purple, amber, sky, after Okabe and Ito, darkened
    /// or lightened until each
    /// stands out from its background by 3:1 at least (4.5:1 where it is text).
    static let sheet: StaticString = """
        :root { color-scheme: light dark; --back: #ffffff; --card: #f5f6f8; --text: #1b1f24; --soft: #57606a;
          --grid: #e1e4e8; --base: #8c959f;
          --warn-back: #fff4d6; --warn: #7a4b00; --link: #0b5cad; --ahead: #d9f0e3;
          --c0: #0067a8; --c1: #b84a00; --c2: #00734f; --c3: #96407a; --c4: #806000; --c5: #4a5fc1; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171b; --card: #1d2127; --text: #e8eaed;
          --soft: #a6aeb8; --grid: #2c3239; --base: #6b7480;
          --warn-back: #3a2d0c; --warn: #ffd479; --link: #7cc4ff; --ahead: #17402e;
          --c0: #5bb8f0; --c1: #ff9a5c; --c2: #3fce9e; --c3: #e99acb; --c4: #e8c34a; --c5: #a3b1ff; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Roboto, sans-serif;
          overflow-wrap: break-word; }
        main, header, footer { max-width: 880px; margin: 0 auto; padding: 0 16px; }
        header { padding-top: 28px; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 6px; }
        h2 { font-size: 1.3rem; margin: 44px 0 8px; padding-top: 10px; border-top: 1px solid var(--grid); }
        h3 { font-size: 1.05rem; margin: 26px 0 6px; }
        p { margin: 8px 0; max-width: 74ch; }
        a { color: var(--link); }
        .lead, .method, figcaption, footer { color: var(--soft); }
        .method, footer, .small { font-size: .92rem; }
        .warning { background: var(--warn-back); color: var(--warn); border-radius: 8px; padding: 10px 14px;
          margin: 14px 0; font-weight: 600; }
        .found { padding: 0; margin: 4px 0 16px; list-style: none; }
        .found li { margin: 0 0 8px; padding-left: 14px; border-left: 3px solid var(--grid); max-width: 74ch; }
        .found b { font-weight: 600; }
        nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 14px 0; list-style: none; }
        figure { margin: 18px 0 26px; }
        figcaption { margin-bottom: 6px; }
        figcaption b { color: var(--text); }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 6px 0; padding: 0; list-style: none;
          font-size: .92rem; color: var(--text); }
        svg.key { display: inline-block; width: 34px; height: 12px; vertical-align: -1px;
          margin-right: 6px; }
        svg { display: block; width: 100%; height: auto; font-family: inherit; }
        svg.narrow { display: none; }
        @media (max-width: 620px) { svg.wide { display: none; } svg.narrow { display: block; } h1 {
          font-size: 1.4rem; } }
        .scroll { overflow-x: auto; margin: 10px 0; }
        table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; width: 100%; }
        th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid var(--grid);
          vertical-align: top; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        thead th { color: var(--soft); font-weight: 600; border-bottom-color: var(--base); }
        tbody th { font-weight: 500; white-space: normal; min-width: 7.5em; }
        table:not(.facts) th:first-child { position: sticky; left: 0; background: var(--back); }
        td small { color: var(--soft); display: block; font-size: .8rem; }
        .glance .group-row th { color: var(--soft); font-weight: 600; padding-top: 14px; position: static; }
        .glance .group-row small { font-weight: 400; margin-left: 10px; }
        .ahead { background: var(--ahead); }
        .facts td, .facts th { text-align: left; white-space: normal; }
        .facts th { white-space: nowrap; width: 1%; padding-right: 18px; font-weight: 600; }
        code { font: .86em/1.5 ui-monospace, "DejaVu Sans Mono", "Liberation Mono", Menlo, monospace;
          background: var(--card); padding: 1px 5px; border-radius: 4px; overflow-wrap: anywhere; }
        @media (max-width: 620px) { table:not(.facts) { font-size: .8rem; }
          table:not(.facts) th, table:not(.facts) td { white-space: normal; padding: 5px 4px; }
          table:not(.facts) th:first-child { padding-left: 0; }
          .facts th { white-space: normal; padding-right: 8px; } .facts td { font-size: .8rem; }
          table:not(.facts) tbody th { min-width: 5em; } td small { font-size: .72rem; } }
        footer { margin-top: 48px; padding-top: 12px; padding-bottom: 32px; border-top: 1px solid var(--grid); }
        .grid { stroke: var(--grid); } .base { stroke: var(--base); }
        .tick, .axis-title { fill: var(--soft); font-size: 12px; } .name, .value, .label { fill: var(--text);
          font-size: 12.5px; }
        .group { fill: var(--text); font-size: 13.5px; font-weight: 600; }
        .value { font-weight: 600; }
        .whisker { stroke: var(--text); stroke-width: 1.4; }
        .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
        .spread { stroke-width: 5; stroke-opacity: .3; }
        .leader { stroke-width: 1; stroke-opacity: .55; }
        .mark { stroke: var(--back); stroke-width: 1; }
        .label { font-weight: 600; }
        .bar.c0, .mark.c0, text.c0 { fill: var(--c0); } .curve.c0, .spread.c0, .leader.c0 { stroke: var(--c0); }
        .bar.c1, .mark.c1, text.c1 { fill: var(--c1); } .curve.c1, .spread.c1, .leader.c1 { stroke: var(--c1); }
        .bar.c2, .mark.c2, text.c2 { fill: var(--c2); } .curve.c2, .spread.c2, .leader.c2 { stroke: var(--c2); }
        .bar.c3, .mark.c3, text.c3 { fill: var(--c3); } .curve.c3, .spread.c3, .leader.c3 { stroke: var(--c3); }
        .bar.c4, .mark.c4, text.c4 { fill: var(--c4); } .curve.c4, .spread.c4, .leader.c4 { stroke: var(--c4); }
        .bar.c5, .mark.c5, text.c5 { fill: var(--c5); } .curve.c5, .spread.c5, .leader.c5 { stroke: var(--c5); }
        @media print { nav { display: none; } figure, table { break-inside: avoid; } }
        """
}
