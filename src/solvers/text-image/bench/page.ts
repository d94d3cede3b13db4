import { createHash } from "node:crypto";
import { join } from "node:path";
import { fewAtOnce } from "../../../base/few-at-once.ts";
import { inspectImage } from "../../../protocol/inspect-image.ts";
import { escape } from "./escape.ts";
import { openPicture } from "../decode.ts";
import { openFile } from "../open-file.ts";
import { reliabilityPlot } from "./plot.ts";
import { rightOf, type BenchReport, type GroupScore, type WrongAnswer } from "./score.ts";

/** Wrong answers shown as pictures; with each at most 10 kB or so the page stays under a few megabytes. */
const SHOWN = 300;
/** Pictures that are decoded at the same time: one of the largest takes 16 MB and more. */
const AT_ONCE = 4;
const CONFUSIONS = 40;

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfaf8; --ink: #22201c; --quiet: #6b675f; --line: #dedad2; --card: #fff; --good: #2c7d4f; --bad: #b3402e; }
@media (prefers-color-scheme: dark) { :root { --ground: #191816; --ink: #ece9e2; --quiet: #a39e93; --line: #3a3732; --card: #23211e; --good: #6cc391; --bad: #ee8a78; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 76rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
p { margin: .25rem 0; color: var(--quiet); max-width: 65ch; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
dl.figures div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
dl.figures dt { color: var(--quiet); font-size: .85rem; }
dl.figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.side { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: start; }
.side > section { max-width: 100%; }
.side svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem 1rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 500; font-size: .85rem; }
ul.pairs { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 0; padding: 0; }
ul.pairs li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .2rem .6rem; }
code { font-family: ui-monospace, monospace; font-size: 1.05em; }
ol.wrong { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .75rem; list-style: none; margin: 0; padding: 0; }
ol.wrong li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
ol.wrong .picture { display: flex; align-items: center; justify-content: center; height: 6.5rem; padding: .5rem; background: #cfccc6; color: #3b3833; }
ol.wrong img { width: 100%; height: 100%; object-fit: contain; }
ol.wrong .words { padding: .6rem .8rem; display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; }
ol.wrong .words span { color: var(--quiet); }
ol.wrong .words code { overflow-wrap: anywhere; white-space: pre-wrap; }
ol.wrong .file { grid-column: 1 / -1; color: var(--quiet); font-size: .8rem; overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); }
`;

const percent = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;

/** One page, complete in itself and without scripts: what the recogniser got wrong in a folder of pictures, and how. */
export async function benchPage(dir: string, title: string, report: BenchReport): Promise<string> {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  const pictures = await fewAtOnce(report.wrong.slice(0, SHOWN), AT_ONCE, async (answer) =>
    wrongAnswer(answer, await thumbnail(dir, answer.file)),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escape(title)} – recogniser bench</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<p>What the recogniser made of ${report.total} pictures. An answer is right if all of it is; ${report.caseSensitive ? "upper and lower case are told apart" : "case does not count"} unless it says otherwise.</p>
${figures(report)}
<div class="side">
<section>
<h2>Confidence</h2>
${reliabilityPlot([{ name: "these pictures", bands: report.bands }])}
</section>
<section>
<h2>In bands</h2>
${bandTable(report)}
</section>
</div>
<div class="side">
${groupTable("By length", "Characters", report, report.perLength)}
${groupTable("By style", "Style", report, report.perStyle)}
</div>
<h2>Confusions</h2>
${confusions(report)}
<h2>Wrong answers, the surest first</h2>
${shown(report)}
<ol class="wrong">
${pictures.join("\n")}
</ol>
</main>
</body>
</html>
`;
}

function figures(report: BenchReport): string {
  const { total, folded, exact, calibrationError, at90, cpuMs, caseSensitive } = report;
  const list: [string, string][] = [
    ["right", percent(rightOf(report, report), total)],
    caseSensitive
      ? ["right, case ignored", percent(folded, total)]
      : ["right, case told", percent(exact, total)],
    ["calibration error", calibrationError.toFixed(3)],
    ["answered at 90", percent(at90.answered, total)],
    ["… of them right", percent(at90.right, at90.answered)],
    ["CPU, median", `${cpuMs.median.toFixed(1)} ms`],
    ["… 95th percentile", `${cpuMs.p95.toFixed(1)} ms`],
  ];
  return `<dl class="figures">${list.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("")}</dl>`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: "td" | "th", row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("\n")}</tbody></table>`;
}

function bandTable({ bands }: BenchReport): string {
  const rows = bands.map((band, i) => [
    `${i * 10}–${i * 10 + 10} %`,
    String(band.total),
    percent(band.confidence, band.total),
    percent(band.right, band.total),
  ]);
  return tableOf(["Confidence", "Pictures", "Its mean", "Right"], rows);
}

function groupTable(
  title: string,
  name: string,
  report: BenchReport,
  scores: Readonly<Record<string, GroupScore>>,
): string {
  const rows = Object.entries(scores).map(([group, score]) => [
    group || "(no style in the name)",
    String(score.total),
    percent(rightOf(score, report), score.total),
  ]);
  return `<section><h2>${title}</h2>${tableOf([name, "Pictures", "Right"], rows)}</section>`;
}

function confusions({ confusions: pairs }: BenchReport): string {
  if (pairs.length === 0) return "<p>None.</p>";
  const name = (character: string): string =>
    character === "" ? "nothing" : `<code>${escape(character)}</code>`;
  const items = pairs
    .slice(0, CONFUSIONS)
    .map(({ expected, got, count }) => `<li>${name(expected)} → ${name(got)} × ${count}</li>`);
  return `<ul class="pairs">${items.join("\n")}</ul>`;
}

function shown({ wrong }: BenchReport): string {
  if (wrong.length === 0) return "<p>None.</p>";
  return wrong.length > SHOWN ? `<p>The first ${SHOWN} of ${wrong.length}.</p>` : "";
}

function wrongAnswer({ file, expected, got, confidence }: WrongAnswer, source: string | null): string {
  const picture = source === null ? "cannot be shown" : `<img src="${source}" alt="" loading="lazy">`;
  const read = got === null ? "cannot be used" : `<code class="bad">${escape(got)}</code>`;
  return `<li><div class="picture">${picture}</div><div class="words">
<span>shows</span> <code class="good">${escape(expected)}</code>
<span>read</span> <span>${read}</span>
<span>sure</span> <span>${percent(confidence, 1)}</span>
<span class="file">${escape(file)}</span></div></li>`;
}

/** A small PNG as a data URL, whatever the file is: nothing of the file itself gets into the page. */
async function thumbnail(dir: string, file: string): Promise<string | null> {
  const opened = await openFile(join(dir, file));
  if (opened.kind === "unreadable") return null;
  const { bytes } = opened;
  try {
    const png = await openPicture(bytes, inspectImage(bytes))
      .resize({ width: 480, height: 200, fit: "inside", withoutEnlargement: true })
      .png({ palette: true })
      .toBuffer();
    return `data:image/png;base64,${png.toString("base64")}`;
  } catch {
    return null; // what cannot be decoded is a wrong answer too
  }
}
