// The head: what was compared, the totals, and what is not in them.

function showHead() {
  const heading = byId("heading");
  heading.replaceChildren(named(report.before), make("span", { class: "arrow" }, " → "), named(report.after));
  const definitions = groups.definitions.length;
  const changed = sum(tables, touched);
  const whole = failed.size === 0 && tables.every((table) => table.errors === 0);
  let verdict = "";
  if (!changed && !definitions) {
    verdict = whole ? "No difference." : "No difference in what could be compared.";
  }
  byId("verdict").textContent = verdict;
  const facts = [
    ["worlds", "Worlds compared", failed.size ? `${count(compared.length)} of ${count(worlds.length)}` : count(worlds.length)],
    ["added", "Rows added", count(sum(tables, (table) => table.added))],
    ["removed", "Rows removed", count(sum(tables, (table) => table.removed))],
    ["changed", "Rows changed", count(sum(tables, (table) => table.changed))],
    ["same", "Rows the same", count(sum(tables, (table) => table.same))],
    ["tables-changed", "Tables with changes", `${count(tables.filter((table) => touched(table)).length)} of ${count(tables.length)}`],
    ["definitions-changed", "Changes of definitions", count(definitions)],
  ];
  byId("totals").append(
    ...facts.map(([id, label, text]) =>
      make("div", { class: id }, make("dt", {}, label), make("dd", { id: `total-${id}` }, text))),
  );
  showAlert("changed-since", "Changed after the restore", report.changed_since.map((text) => make("li", {}, plain(text))));
  showGaps();
}

/** Names what the numbers do not hold: worlds and tables without an answer, or without a pair. */
function showGaps() {
  const lines = groups.errors.map((each) =>
    make("li", {},
      make("strong", {}, named(each.worlds)),
      each.table === null ? " could not be compared: " : [", table ", named(`${each.schema}.${each.table}`), ": "],
      plain(each.error)));
  for (const [only, side] of [[groups.only_before, report.before], [groups.only_after, report.after]]) {
    if (only) lines.push(make("li", {}, make("strong", {}, named(only)), " only in ", named(side)));
  }
  showAlert("gaps", "Not in these numbers", lines);
}

/** Shows what a reader has to know first, if there is anything. */
function showAlert(id, heading, lines) {
  if (!lines.length) return;
  byId(id).append(
    make("div", { class: "alert" },
      make("h2", { id: `${id}-heading` }, heading),
      make("ul", {}, lines)));
}
