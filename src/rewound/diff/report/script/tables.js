// Table by table: how columns changed in each world.

const MOST_OPEN = 30; // Columns that are drawn at once; with more, tables are opened by hand.

const openers = new Map(); // Name of a table to what shows it.

function showTables() {
  const section = byId("tables");
  const shown = tables.filter(differs);
  if (!shown.length) {
    section.append(make("p", { class: "note" }, "No row differs."));
    return;
  }
  const columns = sum(shown, (table) => columnsOf(table).size);
  for (const table of shown) section.append(showTable(table, columns <= MOST_OPEN));
}

/** The columns of a table that changed anywhere: Map of column to [world, its report]. */
function columnsOf(table) {
  const columns = new Map();
  for (const [world, part] of table.worlds) {
    for (const column of part.columns) {
      if (!columns.has(column.column)) columns.set(column.column, []);
      columns.get(column.column).push([world, column]);
    }
  }
  return columns;
}

/** A table that is drawn when it is opened. */
function showTable(table, isOpen) {
  const parts = [["added", "added"], ["removed", "removed"], ["changed", "changed"]]
    .filter(([key]) => table[key]).map(([key, word]) => `${count(table[key])} ${word}`);
  const body = make("div", { class: "table-body" });
  const details = make("details", { class: "table" },
    make("summary", {}, make("h3", {}, named(table.label)), make("span", { class: "note" }, parts.join(", "))),
    body);
  const fill = () => {
    if (!body.childElementCount) body.append(...showColumns(table));
  };
  details.addEventListener("toggle", fill);
  if (isOpen) {
    fill();
    details.open = true;
  }
  openers.set(table.name, () => {
    fill();
    details.open = true;
    details.scrollIntoView();
  });
  return details;
}

function showColumns(table) {
  const [part] = table.worlds.values();
  const notes = [];
  if (part.error === null && !part.key.length) notes.push("This table has no key: rows are counted by their content.");
  const leftOut = new Map([...table.worlds.values()].flatMap((each) => Object.entries(each.left_out)));
  const byReason = new Map();
  for (const [column, reason] of leftOut) byReason.set(reason, [...byReason.get(reason) ?? [], column]);
  for (const [reason, names] of byReason) notes.push(`Not compared, ${reason}: ${names.join(", ")}.`);
  const columns = columnsOf(table);
  const blocks = [...columns].map(([column, found]) => showColumn(column, found));
  return [
    ...notes.map((text) => make("p", { class: "note" }, plain(text))),
    ...(blocks.length ? blocks : [make("p", { class: "note" }, "No column changed in rows that both sides have.")]),
    make("p", {}, make("a", { href: address({ rows: table.name }) }, `Changed rows of ${table.label}`)),
  ];
}

/** One column: a line per world, with a small chart of the mean change where it has numbers. */
function showColumn(column, found) {
  const numeric = found.some(([, each]) => each.sum !== null);
  const temporal = found.some(([, each]) => each.earliest_shift_s !== null);
  const means = found.map(([, each]) => Number(each.mean ?? 0));
  const middle = median(means);
  const lines = [...found];
  if (lines.length > FEW) {
    lines.sort((one, other) => Math.abs(Number(other[1].mean ?? 0) - middle) - Math.abs(Number(one[1].mean ?? 0) - middle));
    lines.length = FEW;
  }
  const head = ["World", "Values changed"];
  if (numeric) head.push("Mean change", "", "Smallest", "Largest", "Rose", "Fell", "Sum");
  if (temporal) head.push("Earliest shift", "Latest shift");
  head.push("From NULL", "To NULL");
  const at = scale(Math.min(0, ...means), Math.max(0, ...means), 2, 118);
  const makeLine = ([world, each]) => {
    const cells = [count(each.changed)];
    if (numeric) {
      cells.push(change(each.mean), drawMean(each, at), change(each.min), change(each.max),
        each.rose === null ? "–" : count(each.rose), each.fell === null ? "–" : count(each.fell), change(each.sum));
    }
    if (temporal) cells.push(duration(each.earliest_shift_s), duration(each.latest_shift_s));
    cells.push(count(each.from_null), count(each.to_null));
    return make("tr", {}, make("th", { scope: "row" }, named(world)), cells.map((cell) => make("td", {}, cell)));
  };
  return make("div", { class: "frame" },
    make("table", { class: "column" },
      make("caption", {}, named(column), make("span", { class: "kind" }, ` ${found[0][1].kind}`),
        found.length > lines.length ? ` (the ${lines.length} of ${found.length} worlds farthest from the median)` : ""),
      make("thead", {}, make("tr", {}, head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, lines.map(makeLine))));
}

function drawMean(column, at) {
  if (column.mean === null) return "–";
  const [zero, here] = [at(0), at(Number(column.mean))];
  return draw("svg", { viewBox: "0 0 120 12", width: "120", height: "12", "aria-hidden": "true" },
    draw("path", { class: "axis", d: `M${zero} 0V12` }),
    draw("path", { class: "bar", d: `M${zero} 6H${here}` }));
}
