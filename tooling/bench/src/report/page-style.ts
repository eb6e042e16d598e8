/** How the report's page looks, by day and by night. */
export const pageStyle = `
:root { color-scheme: light dark; --back: light-dark(#fcfcfb, #16181c); --text: light-dark(#1d2129, #e4e6ea);
  --faint: light-dark(#667085, #98a2b3); --edge: light-dark(#e3e5e8, #2c3038); --ours: light-dark(#0b7a75, #2fb8ac);
  --theirs: light-dark(#b4bcc8, #515a69); --other: light-dark(#c2571a, #f0934f); --card: light-dark(#fff, #1c1f25); }
body { background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; max-width: 84rem; margin: 2rem auto; padding: 0 1.5rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; } h3 { margin: 2.5rem 0 0; } p { color: var(--faint); margin: .3rem 0 1rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1.25rem; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--edge); border-radius: .6rem; background: var(--card); }
figcaption { font-weight: 600; margin-bottom: .6rem; } figcaption small { color: var(--faint); font-weight: 400; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--text); font-size: 13px; }
.theirs rect { fill: var(--theirs); } .ours rect { fill: var(--ours); } .ours text { font-weight: 700; } .value { font-variant-numeric: tabular-nums; }
.grid { stroke: var(--edge); } polyline { fill: none; stroke-width: 2.5; }
.line0 { color: var(--ours); } .line1 { color: var(--other); } .line2 { color: var(--faint); } .line3 { color: var(--text); }
polyline { stroke: currentColor; } circle { fill: currentColor; } g[class^=line] text { fill: currentColor; font-weight: 600; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--edge); }
.broken td:nth-child(4) { color: var(--other); font-weight: 700; }
`;
