/// How the page looks: on a screen by day and by night, on a phone, on paper in black and white.
enum PageStyle {
    static let css = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1b1b1a;--soft:#555c60;--line:#cfd4d6;--tint:#f3f5f4;\
        --ok:#c9ded6;--late:#d9a441;--partial:#b5651d;--missed:#8f1d21;--none:#6d7478;--link:#0b5c7a;\
        --q1:#f6e7c6;--q2:#ecc680;--q3:#d08a3c;--q4:#a8432a;--q5:#701318;--onq:#fff}
        @media(prefers-color-scheme:dark){:root{--paper:#15191b;--ink:#e9e7e2;--soft:#a9b1b5;--line:#3a4246;\
        --tint:#1e2427;--ok:#28483e;--late:#d9a441;--partial:#e58a45;--missed:#ff8f87;--none:#98a1a6;--link:#7cc4e4;\
        --q1:#4a4024;--q2:#67501f;--q3:#8a5516;--q4:#d07a52;--q5:#ffb0a5;--onq:#15191b}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Noto Sans","DejaVu Sans",Arial,sans-serif}
        main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
        header{padding-top:2.2rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .4rem;font-weight:650;letter-spacing:-.01em}
        h2{font-size:1.25rem;line-height:1.3;margin:0 0 .4rem;font-weight:650}
        h3{font-size:1rem;margin:1.2rem 0 .3rem}
        section{margin:2.6rem 0 0;padding-top:1.1rem;border-top:1px solid var(--line)}
        p{margin:.4rem 0;max-width:46rem}
        .kind{color:var(--soft);margin:0;font-size:.95rem}
        .lead{font-size:1.2rem;line-height:1.45;max-width:44rem;margin:.6rem 0}
        .lead b{font-weight:650}
        .note,caption,figcaption,.foot{color:var(--soft);font-size:.88rem}
        a{color:var(--link)}
        nav ul{list-style:none;padding:0;margin:.8rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.95rem}
        .key{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1rem 1.6rem;margin:1.4rem 0}
        .key div{border-top:3px solid var(--ink);padding-top:.45rem}
        .key dt{color:var(--soft);font-size:.88rem;line-height:1.3}
        .key dd{margin:0;font-size:1.75rem;font-weight:650;line-height:1.25;letter-spacing:-.01em}
        .key small{display:block;font-size:.85rem;font-weight:400;letter-spacing:0;color:var(--soft)}
        .scroll{overflow-x:auto;margin:.6rem 0;max-width:100%}
        .scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
        table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;padding:0 0 .4rem;max-width:min(46rem,calc(100vw - 2.5rem));caption-side:top}
        th,td{text-align:left;padding:.28rem .9rem .28rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
        thead th{font-weight:600;color:var(--soft);font-size:.85rem;vertical-align:bottom}
        tbody th{font-weight:500;min-width:6.5rem}
        .n{text-align:right;white-space:nowrap}
        .id,code{font:.82em/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
        .id{color:var(--soft)}
        td.bar{width:34%;min-width:8rem;vertical-align:middle}
        svg{display:block}
        .whole{width:100%;height:1.9rem;margin:.3rem 0}
        .ok{fill:var(--ok)}.late{fill:var(--late)}.partial{fill:var(--partial)}.missed{fill:var(--missed)}
        .edge{fill:none;stroke:var(--ink);stroke-width:1;vector-effect:non-scaling-stroke}
        .ink{stroke:var(--ink)}.dots{fill:var(--ink)}.hatch{stroke:var(--none)}.paper{fill:var(--paper)}
        .months{fill:none;stroke:var(--paper);stroke-width:1;vector-effect:non-scaling-stroke}
        .axis{position:relative;overflow:hidden;height:1.1rem;font-size:.72rem;color:var(--soft);font-weight:400}
        .axis span{position:absolute;white-space:nowrap;border-left:1px solid var(--line);padding-left:2px}
        .legend{display:flex;flex-wrap:wrap;gap:.25rem 1.3rem;list-style:none;padding:0;margin:.5rem 0;font-size:.88rem}
        .legend li{display:flex;align-items:center;gap:.45rem}
        .legend svg{width:22px;height:16px;flex:none}
        .cal{table-layout:fixed;min-width:44rem;font-size:.74rem;border-collapse:separate;border-spacing:2px}
        .cal th,.cal td{padding:0;text-align:center;border:0;line-height:1.55rem;height:1.55rem}
        .cal tbody th{width:4.6rem;text-align:left;white-space:nowrap}
        .cal thead th:first-child{width:4.6rem;text-align:left}
        .cal td{background:var(--tint)}
        .cal .o{background:none}.cal .q0{background:var(--ok)}.cal .q1{background:var(--q1)}.cal .q2{background:var(--q2)}
        .cal .q3{background:var(--q3)}.cal .q4{background:var(--q4);color:var(--onq)}
        .cal .q5{background:var(--q5);color:var(--onq)}
        .map td,.map th{padding:.12rem .9rem .12rem 0;border-bottom:0;vertical-align:middle}
        .map tr.g th,.map tr.g td{padding-top:.9rem;border-bottom:1px solid var(--line);vertical-align:bottom}
        .map tbody th{white-space:nowrap}.map td.n{width:1%}
        .map td.s{padding-right:0;width:60%;min-width:24rem}
        .map .id{white-space:nowrap;margin-left:.35em}.list{margin:0;padding:0 0 0 1.2rem}.list li{margin:.3rem 0;max-width:46rem}
        .map svg{width:100%;height:14px}
        .proof td:nth-child(3){width:64%}.proof td:last-child{padding-right:0}
        .tag{display:inline-block;border:1px solid currentColor;border-radius:2px;padding:0 .35rem;font-size:.8rem;\
        white-space:nowrap}
        footer{padding-bottom:3rem}
        @media(max-width:40rem){body{font-size:15px}h1{font-size:1.5rem}.lead{font-size:1.08rem}main,header,footer{padding:\
        0 1rem}header{padding-top:1.2rem}.key{grid-template-columns:1fr 1fr;gap:.8rem 1rem}.key dd{font-size:1.4rem}\
        section{margin-top:1.8rem}.wide{display:none}tbody th{min-width:7.5rem}.map tbody th{min-width:0}td.bar{min-width:4.5rem}\
        .map td.s{min-width:17rem}.map bdi+.id{display:none}.map tr.g th{white-space:normal}td.what{min-width:11rem}}
        @media print{:root{--paper:#fff;--ink:#000;--soft:#333;--line:#999;--tint:#f4f4f4;--ok:#d5e3dd;--late:#d9a441;\
        --partial:#b5651d;--missed:#7a1216;--none:#555;--link:#000;--q1:#f6e7c6;--q2:#ecc680;--q3:#d08a3c;--q4:#a8432a;\
        --q5:#701318;--onq:#fff}
        @page{size:A4;margin:14mm 13mm}
        body{font-size:9.5pt;line-height:1.4;-webkit-print-color-adjust:exact;print-color-adjust:exact}
        main,header,footer{max-width:none;padding:0}nav{display:none}header{padding-top:0}
        .scroll{overflow:visible}table{font-size:8.5pt}h1{font-size:19pt}h2{font-size:12.5pt}.lead{font-size:12pt}
        thead{display:table-header-group}tr,.key div,figure,.legend{break-inside:avoid}h2,h3,caption{break-after:avoid}
        section{margin-top:7mm;padding-top:3mm}.page{break-before:page}.cal{min-width:0;font-size:6.5pt;border-spacing:1px}
        .cal th,.cal td{line-height:1.25rem;height:1.25rem}.map td.s{min-width:0}.map tr{break-inside:avoid}\
        .map tr.g{break-after:avoid}a{text-decoration:none}.key dd{font-size:16pt}
        .key{grid-template-columns:repeat(5,1fr);gap:1rem}.map .spare{display:none}.proof code{font-size:6.6pt}
        #needs,#themes,#reasons,#classes,#days{break-inside:avoid}}
        """
}
