// What stands out.

function showFindings() {
  const section = byId("findings");
  if (!report.findings.length) {
    const nothing = report.unjudged.length ? "No world stands out." : "No world changed unlike the others.";
    section.append(make("p", { class: "note" }, report.findings_note === null ? nothing : `Nothing: ${report.findings_note}.`));
    showLeftOut(section);
    return;
  }
  const list = make("ol", { class: "findings" });
  const show = (findings) => list.replaceChildren(...findings.map(showFinding));
  const first = report.findings.filter((finding) => !finding.is_further).slice(0, 10);
  show(first);
  section.append(
    make("p", { class: "note" }, "Each is compared with the median of all worlds, in units of how far worlds usually lie from it. A place to look at first, not a proof."),
    list);
  if (report.findings.length > first.length) {
    section.append(showAllButton(`all ${count(report.findings.length)}`, () => show(report.findings)));
  }
  showLeftOut(section);
}

/** Names the worlds that are not judged, and the tables too, unless the note says so of all. */
function showLeftOut(section) {
  if (report.same_dumps.length) {
    const verb = report.same_dumps.length === 1 ? "has" : "have";
    section.append(make("p", { class: "note", id: "same-dumps" }, plain(groups.same_dumps), ` ${verb} the same dump on both sides.`));
  }
  if (!report.unjudged.length || report.findings_note !== null) return;
  section.append(make("p", { class: "note", id: "unjudged" }, "Too few rows to judge: ", plain(report.unjudged.join(", ")), "."));
}

function showFinding(finding) {
  const copy = make("button", { type: "button", class: "copy" }, "Copy");
  const command = make("code", { tabindex: "0" }, plain(finding.command));
  copy.addEventListener("click", () => copyText(finding.command, command, copy));
  const place = finding.table === null ? "#definitions"
    : address({ table: `${finding.schema}.${finding.table}`, world: finding.worlds[0] });
  return make("li", {},
    make("p", {}, make("a", { href: place }, plain(finding.text))),
    finding.table === null ? null : showSpread(finding),
    make("p", { class: "command" }, command, copy));
}

/** A line with the range of the other worlds on it, and where each of these lies. */
function showSpread(finding) {
  const all = [...finding.values, finding.low, finding.high];
  const at = scale(Math.min(...all), Math.max(...all), 6, 254);
  const label = `${finding.measure}, ${Number(finding.score.toFixed(1))} usual spreads from the median`;
  return make("p", { class: "spread" },
    draw("svg", { viewBox: "0 0 260 14", width: "260", height: "14", "aria-hidden": "true" },
      draw("path", { class: "axis", d: "M0 7H260" }),
      draw("path", { class: "others", d: `M${at(finding.low) - 3} 7H${at(finding.high) + 3}` }),
      ...finding.values.map((number) => draw("circle", { class: "this", cx: at(number), cy: 7, r: 5 }))),
    make("span", {}, label));
}

async function copyText(text, element, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Without a clipboard: select it, so that the reader's own keys copy it.
    getSelection().selectAllChildren(element);
    button.textContent = "Selected";
  }
}

const showAllButton = (label, show) =>
  make("button", { type: "button", class: "more", click: (event) => { show(); event.target.remove(); } }, `Show ${label}`);

/** Returns what takes a number between two others to a place between two places. */
function scale(low, high, from, to) {
  return (number) => (high === low ? (from + to) / 2 : from + ((number - low) / (high - low)) * (to - from));
}
