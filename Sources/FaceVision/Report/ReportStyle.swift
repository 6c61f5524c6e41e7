/// The look of the report. Static, so that the page's policy can name it by its hash; sizes follow one scale of 4 px and
/// type of 13, 15, 18, 24 and 40 px.
enum ReportStyle {
    static let css = Array(source.utf8)

    private static let source = #"""
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
        .people{display:grid;grid-template-columns:repeat(auto-fill,minmax(196px,1fr));gap:24px 20px}
        /* What is off screen is not painted; the padding keeps that from cutting off corners and shadows. */
        .card,.tile{display:block;min-width:0;padding:8px;margin:-8px;border-radius:26px;content-visibility:auto}
        .card{text-decoration:none;contain-intrinsic-size:auto 212px auto 286px}
        .card .pic{aspect-ratio:1;border-radius:20px;overflow:hidden;background:var(--well);box-shadow:var(--shadow);
        display:grid;place-items:center;color:var(--soft)}
        .card img{width:100%;height:100%;object-fit:cover;transition:transform .35s cubic-bezier(.2,.7,.2,1)}
        .card:hover img{transform:scale(1.035)}
        .card:focus-visible,.tile:focus-visible{outline-offset:0;border-radius:26px}
        .card .who{display:block;font-weight:650;font-size:18px;letter-spacing:-.01em;margin-top:12px;overflow:hidden;
        text-overflow:ellipsis;white-space:nowrap}
        .card .n{display:block;color:var(--soft);font-size:13px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .people.one{grid-template-columns:minmax(0,1fr)}
        .people.one .card{display:grid;grid-template-columns:minmax(0,320px) minmax(0,1fr);column-gap:32px;
        grid-template-rows:1fr auto auto 1fr}
        .people.one .pic{grid-row:1/-1}.people.one .who{grid-row:2;font-size:40px;letter-spacing:-.025em;line-height:1.15}
        .people.one .n{grid-row:3;font-size:18px}
        .people.few{grid-template-columns:repeat(auto-fill,minmax(240px,1fr))}
        .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(136px,1fr));gap:24px 16px}
        .tile{border-radius:22px;cursor:pointer;contain-intrinsic-size:auto 152px auto 232px}
        .tile:focus-visible{border-radius:22px}
        .tile .pic{position:relative;aspect-ratio:1;border-radius:16px;overflow:hidden;background:var(--well);
        display:grid;place-items:center;color:var(--soft)}
        .tile img{width:100%;height:100%;object-fit:cover}
        .tile .tag{position:absolute;left:8px;bottom:8px;background:var(--warn-well);color:var(--warn);font-size:12px;
        font-weight:650;line-height:1;padding:5px 8px;border-radius:99px}
        .tile .name{display:block;font-size:13px;font-weight:600;margin-top:8px;overflow:hidden;text-overflow:ellipsis;
        white-space:nowrap}
        .tile .facts{display:block;font-size:12px;color:var(--soft);line-height:1.5;margin-top:2px}
        .tile .facts span{display:flex;justify-content:space-between;gap:8px}
        .tile .facts b{font-weight:500;color:var(--ink);white-space:nowrap}
        .tile dl{display:none}
        .more{grid-column:1/-1;color:var(--soft);font-size:15px;border-top:1px solid var(--line);padding-top:16px}
        .person{display:none;padding-top:24px;padding-bottom:64px;min-height:70vh}
        .js.at-person .overview{display:none}
        .person.on{display:block}
        .crumb{display:flex;justify-content:space-between;gap:12px;font-size:13px;font-weight:600;margin-bottom:24px}
        .crumb a{text-decoration:none;color:var(--accent);padding:6px 0}
        .crumb a:hover{text-decoration:underline}
        .crumb span{display:flex;gap:20px}
        .phead{display:flex;gap:24px;align-items:center;margin-bottom:24px}
        .phead .avatar{width:128px;height:128px;border-radius:32px;overflow:hidden;background:var(--well);flex:none;
        box-shadow:var(--shadow)}
        .phead .avatar:empty{display:none}
        .phead .avatar img{width:100%;height:100%;object-fit:cover}
        .phead h2{font-size:40px;letter-spacing:-.025em;overflow-wrap:anywhere}
        .phead p{color:var(--soft);margin-top:6px}
        .sort{display:inline-flex;background:var(--well);border-radius:10px;padding:3px;margin-bottom:24px}
        .sort button{font:600 13px/1 var(--sans);color:var(--soft);background:none;border:0;border-radius:8px;
        padding:9px 14px;cursor:pointer}
        .sort button[aria-pressed=true]{background:var(--raised);color:var(--ink);box-shadow:0 1px 3px rgb(0 0 0/.12)}
        #inspector{position:fixed;right:24px;bottom:24px;width:340px;max-height:calc(100vh - 48px);overflow:auto;z-index:6;
        background:var(--card);border:1px solid var(--line);border-radius:20px;box-shadow:0 12px 48px rgb(0 0 0/.24);
        padding:20px}
        #inspector.left{right:auto;left:24px}
        #inspector[hidden]{display:none}
        #inspector .pic{border-radius:14px;overflow:hidden;margin-bottom:16px;background:var(--well)}
        #inspector .pic img{width:100%;aspect-ratio:1;object-fit:cover}
        #inspector dl,.facts-list{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;font-size:13px}
        #inspector dt,.facts-list dt{color:var(--soft)}
        #inspector dd,.facts-list dd{text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
        #inspector dt:first-child,#inspector dt:first-child+dd{grid-column:1/-1;text-align:left}
        #inspector dt:first-child+dd{font-weight:600;margin:-6px 0 6px}
        #inspector .close{position:absolute;top:28px;right:28px;width:32px;height:32px;border:0;border-radius:99px;
        background:rgb(20 20 20/.62);color:#fff;font:600 18px/1 var(--sans);cursor:pointer}
        .panel{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:20px 24px}
        .panel h3{margin-bottom:14px}
        .how{display:grid;grid-template-columns:1fr 1fr;gap:16px;align-items:start}
        .wide{grid-column:1/-1}
        .stages li{display:grid;grid-template-columns:9em 1fr 5.5em;gap:12px;align-items:center;font-size:13px;padding:4px 0}
        .stages .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .stages .t{text-align:right;font-variant-numeric:tabular-nums}
        .stages .bar{margin:0;height:8px}
        .note{font-size:13px;color:var(--soft);margin-top:14px}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:13px}
        th{text-align:left;font-weight:600;color:var(--soft);padding:0 16px 8px 0;border-bottom:1px solid var(--line)}
        td{padding:9px 16px 9px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        tr:last-child td{border-bottom:0}
        .problems{display:grid;gap:10px}
        .problem{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:14px 20px;display:grid;
        grid-template-columns:minmax(0,1fr) minmax(0,1.6fr);gap:4px 24px}
        .problem b{font-weight:650;overflow-wrap:anywhere}
        .problem code{font:12px var(--mono);color:var(--bad);background:var(--bad-well);padding:2px 7px;border-radius:6px;
        white-space:nowrap}
        .empty{background:var(--card);border:1px solid var(--line);border-radius:24px;padding:64px 32px;text-align:center}
        .empty svg{width:96px;height:96px;color:var(--c2);margin-bottom:20px}
        .empty p{color:var(--soft);max-width:52ch;margin:10px auto 0}
        footer{background:linear-gradient(var(--line),var(--line)) top/calc(100% - 48px) 1px no-repeat;
        margin-top:48px!important;padding-top:24px!important;padding-bottom:48px!important;color:var(--soft);font-size:13px;
        display:flex;flex-wrap:wrap;justify-content:space-between;gap:8px 32px}
        kbd{font:600 12px var(--mono);border:1px solid var(--line);border-bottom-width:2px;border-radius:5px;padding:1px 6px;
        background:var(--card);color:var(--ink)}
        @media (max-width:820px){.sums,.how{grid-template-columns:minmax(0,1fr)}
        .people.few{grid-template-columns:repeat(auto-fill,minmax(196px,1fr))}}
        @media (max-width:560px){.wrap{padding:0 16px}h1{font-size:30px}header.top{padding-top:24px}.mark{margin-bottom:20px}
        .sub{font-size:15px}.sum,.panel{padding:16px 18px}.people,.people.few{grid-template-columns:1fr 1fr;gap:20px 14px}
        .people.one .card{display:block}.people.one .who{font-size:24px}.people.one .n{font-size:15px}
        .tiles{grid-template-columns:repeat(3,minmax(0,1fr));gap:16px 12px}.phead{gap:16px}
        .phead .avatar{width:80px;height:80px;border-radius:22px}.phead h2{font-size:30px}
        .problem{grid-template-columns:minmax(0,1fr)}.stages li{grid-template-columns:7em 1fr 4.8em}
        #inspector,#inspector.left{left:12px;right:12px;bottom:12px;width:auto;max-height:70vh}
        #inspector .pic{float:left;width:96px;margin:0 16px 8px 0}#inspector .close{top:12px;right:12px}
        #inspector dl{clear:both}.keys{display:none}}
        @media (prefers-reduced-motion:reduce){*{transition:none!important;scroll-behavior:auto!important}}
        @media (prefers-contrast:more){:root{--soft:var(--ink);--line:var(--ink)}}
        @media print{nav.pills,.sort,.crumb,#inspector{display:none}.card,.tile{break-inside:avoid}}
        """#
}
