/// The look that all pages of likeness share: colours for light and dark, type, tables, panels. Static, so that a page's
/// policy can name it by its hash; sizes follow one scale of 4 px and type of 13, 15, 18, 24 and 40 px.
package enum PageStyle {
    package static let css = #"""
        :root{color-scheme:light dark;--paper:#f7f5f2;--card:#fff;--ink:#1f1d1a;--soft:#6a655d;--line:#e4dfd7;
        --well:#ece8e1;--raised:#fff;--accent:#22685f;--accent-ink:#fff;--warn:#8a4f0c;--warn-well:#f7e9d4;--bad:#9d342b;
        --bad-well:#f8e3df;--shadow:0 1px 3px rgb(60 50 30/.16);
        --c1:#2f7d72;--c2:#8fb8a8;--c3:#d8a24a;--c4:#b8695b;--c5:#6f7fa8;--c6:#a59c8d;--c7:#4d6f8f;--c8:#9c7aa0;
        --sans:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans","DejaVu Sans",sans-serif;
        --mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
        @media (prefers-color-scheme:dark){:root{--paper:#131415;--card:#1c1e20;--ink:#efece6;--soft:#a29d94;
        --line:#2d3033;--well:#26292b;--raised:#3a3f43;--accent:#7fcabb;--accent-ink:#10211e;--warn:#e5b06a;--warn-well:#3a2c17;
        --bad:#ee9a8e;--bad-well:#40211d;--shadow:0 1px 3px rgb(0 0 0/.5);
        --c1:#5fb3a5;--c2:#3f6f63;--c3:#d9a750;--c4:#c97c6d;--c5:#8797c4;--c6:#7b756b;--c7:#6d97bd;--c8:#b391b8}}
        *,*::before,*::after{box-sizing:border-box}
        html{background:var(--paper);color:var(--ink);font:15px/1.5 var(--sans);-webkit-text-size-adjust:100%;
        scroll-padding-top:72px}
        body,h1,h2,h3,p,dl,dd,ul,ol,figure,table{margin:0;padding:0}
        ul,ol{list-style:none}
        a{color:inherit}
        img{display:block}
        .wrap{max-width:1180px;margin:0 auto;padding:0 24px}
        :focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:6px}
        .skip{position:absolute;left:-999px}
        .skip:focus{left:16px;top:12px;z-index:9;background:var(--card);padding:8px 16px;border-radius:8px}
        .num{font-variant-numeric:tabular-nums}
        .soft{color:var(--soft)}
        h1{font-size:40px;line-height:1.1;letter-spacing:-.025em;font-weight:680;text-wrap:balance}
        h2{font-size:24px;line-height:1.2;letter-spacing:-.015em;font-weight:650}
        h3{font-size:15px;font-weight:650}
        header.top{padding-top:40px}
        .mark{display:flex;align-items:center;gap:8px;font-weight:650;letter-spacing:-.01em;margin-bottom:28px}
        .mark svg{width:26px;height:18px;color:var(--accent)}
        .sub{color:var(--soft);font-size:18px;line-height:1.45;margin-top:12px;overflow-wrap:anywhere;display:flex;
        flex-wrap:wrap;gap:0 20px}
        .sub bdi{color:var(--ink)}
        .sums{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin:32px 0 0}
        .sum{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:20px 24px}
        .sum h2{font-size:15px;display:flex;justify-content:space-between;align-items:baseline;letter-spacing:0}
        .sum h2 b{font-size:24px;letter-spacing:-.02em;font-weight:680}
        .bar{display:block;width:100%;height:10px;border-radius:5px;background:var(--well);margin:12px 0 14px}
        .legend{display:flex;flex-wrap:wrap;gap:6px 20px;font-size:13px;color:var(--soft)}
        .legend li{display:flex;align-items:center;gap:7px}
        .legend b{color:var(--ink);font-weight:650}
        .key{width:9px;height:9px;border-radius:3px;flex:none}
        .f1{fill:var(--c1);background:var(--c1)}.f2{fill:var(--c2);background:var(--c2)}
        .f3{fill:var(--c3);background:var(--c3)}.f4{fill:var(--c4);background:var(--c4)}
        .f5{fill:var(--c5);background:var(--c5)}.f6{fill:var(--c6);background:var(--c6)}
        .f7{fill:var(--c7);background:var(--c7)}.f8{fill:var(--c8);background:var(--c8)}
        nav.pills{position:sticky;top:0;z-index:4;margin-top:24px;background:color-mix(in srgb,var(--paper) 92%,transparent);
        backdrop-filter:blur(10px);border-bottom:1px solid var(--line)}
        nav.pills ul{display:flex;gap:4px;overflow-x:auto;padding-top:10px;padding-bottom:10px;scrollbar-width:none}
        nav.pills li:first-child{margin-left:-12px}
        nav.pills a{display:block;white-space:nowrap;text-decoration:none;padding:7px 12px;border-radius:99px;font-size:13px;
        font-weight:600;color:var(--soft)}
        nav.pills a:hover{background:var(--well);color:var(--ink)}
        nav.pills a b{color:var(--ink);margin-left:4px;font-weight:650}
        section{padding-top:40px;padding-bottom:8px}
        .head{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;margin-bottom:20px}
        .head p{color:var(--soft);max-width:70ch}
        .panel{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:20px 24px}
        .panel h3{margin-bottom:14px}
        .how{display:grid;grid-template-columns:1fr 1fr;gap:16px;align-items:start}
        .wide{grid-column:1/-1}
        .note{font-size:13px;color:var(--soft);margin-top:14px}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:13px}
        th{text-align:left;font-weight:600;color:var(--soft);padding:0 16px 8px 0;border-bottom:1px solid var(--line)}
        td{padding:9px 16px 9px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        tr:last-child td{border-bottom:0}
        footer{background:linear-gradient(var(--line),var(--line)) top/calc(100% - 48px) 1px no-repeat;
        margin-top:48px!important;padding-top:24px!important;padding-bottom:48px!important;color:var(--soft);font-size:13px;
        display:flex;flex-wrap:wrap;justify-content:space-between;gap:8px 32px}
        @media (max-width:820px){.how{grid-template-columns:minmax(0,1fr)}}
        @media (max-width:560px){.wrap{padding:0 16px}h1{font-size:30px}header.top{padding-top:24px}.mark{margin-bottom:20px}
        .sub{font-size:15px}.panel{padding:16px 18px}}
        @media (prefers-contrast:more){:root{--soft:var(--ink);--line:var(--ink)}}
        @media print{nav.pills{display:none}}

        """#

    /// The mark of likeness beside its name, as SVG.
    package static let mark: StaticString = """
        <svg viewBox="0 0 26 18" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-width="2.4">\
        <circle cx="9" cy="9" r="7.2"/><circle cx="17" cy="9" r="7.2"/></g></svg>
        """
}
