import FaceCore

/// The look of the report beyond ``PageStyle``. Static, so that the page's policy can name it by its hash.
enum ReportStyle {
    static let css = Array((PageStyle.css + source).utf8)

    private static let source = #"""
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
        .stages li{display:grid;grid-template-columns:9em 1fr 5.5em;gap:12px;align-items:center;font-size:13px;padding:4px 0}
        .stages .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .stages .t{text-align:right;font-variant-numeric:tabular-nums}
        .stages .bar{margin:0;height:8px}
        .problems{display:grid;gap:10px}
        .problem{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:14px 20px;display:grid;
        grid-template-columns:minmax(0,1fr) minmax(0,1.6fr);gap:4px 24px}
        .problem b{font-weight:650;overflow-wrap:anywhere}
        .problem code{font:12px var(--mono);color:var(--bad);background:var(--bad-well);padding:2px 7px;border-radius:6px;
        white-space:nowrap}
        .empty{background:var(--card);border:1px solid var(--line);border-radius:24px;padding:64px 32px;text-align:center}
        .empty svg{width:96px;height:96px;color:var(--c2);margin-bottom:20px}
        .empty p{color:var(--soft);max-width:52ch;margin:10px auto 0}
        kbd{font:600 12px var(--mono);border:1px solid var(--line);border-bottom-width:2px;border-radius:5px;padding:1px 6px;
        background:var(--card);color:var(--ink)}
        @media (max-width:820px){.sums{grid-template-columns:minmax(0,1fr)}
        .people.few{grid-template-columns:repeat(auto-fill,minmax(196px,1fr))}}
        @media (max-width:560px){.sum{padding:16px 18px}
        .people,.people.few{grid-template-columns:1fr 1fr;gap:20px 14px}
        .people.one .card{display:block}.people.one .who{font-size:24px}.people.one .n{font-size:15px}
        .tiles{grid-template-columns:repeat(3,minmax(0,1fr));gap:16px 12px}.phead{gap:16px}
        .phead .avatar{width:80px;height:80px;border-radius:22px}.phead h2{font-size:30px}
        .problem{grid-template-columns:minmax(0,1fr)}.stages li{grid-template-columns:7em 1fr 4.8em}
        #inspector,#inspector.left{left:12px;right:12px;bottom:12px;width:auto;max-height:70vh}
        #inspector .pic{float:left;width:96px;margin:0 16px 8px 0}#inspector .close{top:12px;right:12px}
        #inspector dl{clear:both}.keys{display:none}}
        @media (prefers-reduced-motion:reduce){*{transition:none!important;scroll-behavior:auto!important}}
        @media print{.sort,.crumb,#inspector{display:none}.card,.tile{break-inside:avoid}}
        """#
}
