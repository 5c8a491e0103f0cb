/** The style sheet inside INDEX.HTM: properties that browsers of twenty years know, system fonts only. */

export const STYLE = `
body { margin: 0; background: #f3f5f7; color: #1d2733; font: 15px/1.5 "Segoe UI", "Helvetica Neue", Helvetica, Arial, "Noto Sans", sans-serif; }
.page { max-width: 860px; margin: 0 auto; padding: 0 24px; }
.head { background: #16324a; color: #dfe9f1; padding: 30px 0 26px; margin-bottom: 26px; border-bottom: 4px solid #2f8f9d; }
.head p { margin: 0; }
.head b { color: #fff; letter-spacing: 1px; }
.disc { font-size: 13px; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 600; color: #fff; margin: 6px 0 8px; }
h2 { font-size: 22px; line-height: 1.25; font-weight: 600; margin: 0 0 2px; }
h3 { font-size: 16px; font-weight: 600; margin: 0 0 2px; }
.patient, .help { background: #fff; border: 1px solid #d7dee5; border-radius: 6px; padding: 22px 24px; margin: 0 0 20px; }
.facts { margin: 0; color: #516170; font-size: 14px; }
.facts b { color: #1d2733; }
.study { border-top: 1px solid #d7dee5; margin-top: 18px; padding-top: 16px; }
.modality { display: inline-block; background: #2f8f9d; color: #fff; border-radius: 3px; padding: 0 7px; font-size: 12px; line-height: 20px; letter-spacing: 1px; vertical-align: 1px; }
table { width: 100%; border-collapse: collapse; margin-top: 10px; font-size: 14px; }
th { text-align: left; font-size: 12px; font-weight: 600; color: #516170; border-bottom: 1px solid #b9c4ce; padding: 4px 10px; }
td { border-bottom: 1px solid #e8edf1; padding: 4px 10px; vertical-align: top; word-wrap: break-word; }
.wide { width: 65%; }
.number { text-align: right; white-space: nowrap; }
[dir=rtl] th { text-align: right; }
[dir=rtl] .number { text-align: left; }
[dir=rtl] .help ol, [dir=rtl] .help ul { padding-left: 0; padding-right: 22px; }
.none { color: #8593a0; }
.notice { background: #fff7e0; border: 1px solid #ecd9a0; border-radius: 6px; padding: 10px 16px; margin: 0 0 16px; }
.help p, .help ol, .help ul { margin: 8px 0; }
.help ol, .help ul { padding-left: 22px; }
a { color: #17697a; }
.foot { color: #516170; font-size: 13px; padding: 4px 0 34px; }
.foot p { margin: 2px 0; }
@media print {
  body { background: #fff; font-size: 11pt; }
  .head { background: none; color: #000; padding: 0 0 10px; }
  .head b, h1 { color: #000; }
  .modality { background: none; color: #000; border: 1px solid #000; }
  .patient, .help { border: 0; padding: 0; }
  .study, tr, .notice { page-break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
