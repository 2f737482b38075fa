"use strict";

// Draws the report of `rewound diff` out of the two blocks of json in this file.
//
// The values come out of dumps and are not trusted: they become text nodes or attributes that
// cannot run anything, never markup. Names are keys of Maps, never of objects.

const FEW = 12; // As many worlds get a line each; of more, those farthest from the median.
const PAGE_ROWS = 200;
const MOST_OPEN = 30; // Columns that are drawn at once; with more, tables are opened by hand.
const MINUS = "\u2212";
const LEVELS = [0.01, 0.05, 0.2, 0.5]; // Shares of rows at which a cell gets a darker shade.

// ---------------------------------------------------------------- making elements

/** Makes an element; functions among the attributes are listeners, strings become text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.flat(3).filter((child) => child !== null));
  return element;
}

function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
}

const byId = (id) => document.getElementById(id);

// What has no shape of its own or turns the text around it: controls, directions, line ends.
const HIDDEN =
  /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff])/;

/** Returns text as nodes: hidden characters by their number, words that are sought marked. */
function plain(text, sought = null) {
  return text.split(HIDDEN).flatMap((part, place) => {
    if (place % 2) {
      const number = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      return make("span", { class: "hidden-character", title: "a hidden character" }, `U+${number}`);
    }
    if (sought === null) return part;
    return part.split(sought).map((piece, at) => (at % 2 ? make("mark", {}, piece) : piece));
  });
}

/** A name out of the data, kept apart from the direction of the text around it. */
const name = (text, sought) => make("bdi", {}, plain(text, sought));

/** A value of a row. */
function value(text, sought) {
  if (text === null) return make("span", { class: "null" }, "NULL");
  if (text === "") return make("span", { class: "null" }, "empty");
  return make("bdi", { class: "value" }, plain(text, sought));
}

// ---------------------------------------------------------------- numbers in words

/** Groups the digits of a number, or of a number's text where it has more than JavaScript can. */
function count(number) {
  const text = String(number);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text.replace("-", MINUS);
  const [whole, fraction] = text.split(".");
  const grouped = whole.replace("-", MINUS).replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A change: with its sign, and no more digits than one can use. */
function change(number) {
  if (number === null) return "–";
  let text = String(number);
  if (typeof number === "number" && !Number.isInteger(number)) {
    text = Math.abs(number) >= 1 ? number.toFixed(2) : String(Number(number.toPrecision(3)));
  }
  return (Number(number) > 0 ? "+" : "") + count(text);
}

function percent(share) {
  if (share === 0 || share === 1) return `${share * 100}%`;
  if (share < 0.01) return "<1%";
  if (share > 0.99) return ">99%";
  return `${Math.round(share * 100)}%`;
}

/** Seconds as `+6 d 16 h`: the two largest units. */
function duration(seconds) {
  if (seconds === null) return "–";
  const sign = seconds < 0 ? MINUS : seconds > 0 ? "+" : "";
  let rest = Math.abs(seconds);
  if (rest < 60) return `${sign}${Number(rest.toPrecision(3))} s`;
  rest = Math.round(rest);
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const times = Math.floor(rest / size);
    rest -= times * size;
    if (times || parts.length) parts.push(times ? `${times} ${unit}` : null);
    if (parts.length === 2) break;
  }
  return sign + parts.filter((part) => part !== null).join(" ");
}

const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// ---------------------------------------------------------------- reading the report

/** Parses json; numbers with more digits than JavaScript's stay text, where the browser can. */
function parse(text) {
  if (!/\d[\d.]{15}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, found, context) => {
    if (typeof found !== "number" || context === undefined) return found;
    return context.source.length > 15 && String(found) !== context.source ? context.source : found;
  });
}

const report = parse(byId("report-data").textContent);
const groups = parse(byId("groups-data").textContent);
const failed = new Map();
for (const world of report.worlds) if (world.error !== null) failed.set(world.world, world.error);
const worlds = report.worlds.map((world) => world.world);
const compared = worlds.filter((world) => !failed.has(world));

/** All tables of all worlds: {name, label, worlds: Map of world to what changed, …sums}. */
const tables = [];
/** All rows that the report holds: {world, table, row, text}. */
const rows = [];
readTables();

function readTables() {
  const known = new Map();
  const schemas = new Set(report.worlds.flatMap((world) => world.tables.map((each) => each.schema)));
  for (const world of report.worlds) {
    for (const part of world.tables) {
      const key = JSON.stringify([part.schema, part.table]);
      if (!known.has(key)) {
        known.set(key, {
          schema: part.schema,
          table: part.table,
          name: `${part.schema}.${part.table}`,
          label: schemas.size > 1 ? `${part.schema}.${part.table}` : part.table,
          worlds: new Map(),
          added: 0, removed: 0, changed: 0, same: 0, errors: 0, held: 0,
        });
      }
      const table = known.get(key);
      table.worlds.set(world.world, part);
      for (const sum of ["added", "removed", "changed", "same"]) table[sum] += part[sum];
      table.errors += part.error === null ? 0 : 1;
      table.held += part.rows.length;
      for (const row of part.rows) rows.push({ world: world.world, table, row, text: null });
    }
  }
  tables.push(...known.values());
}

const touched = (part) => part.added + part.removed + part.changed;
const size = (part) => touched(part) + part.same;
const share = (part) => (size(part) ? touched(part) / size(part) : 0);
const sum = (parts, measure) => parts.reduce((total, part) => total + measure(part), 0);
const differs = (table) => touched(table) > 0 || table.errors > 0;

/** The address of a place in this page: which rows are listed, and the table that is shown. */
const address = (parts) => `#${new URLSearchParams(parts)}`;

// ---------------------------------------------------------------- the head

function showHead() {
  const heading = byId("heading");
  heading.replaceChildren(name(report.before), make("span", { class: "arrow" }, " → "), name(report.after));
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
  showGaps();
}

/** Names what the numbers do not hold: worlds and tables without an answer, or without a pair. */
function showGaps() {
  const lines = groups.errors.map((each) =>
    make("li", {},
      make("strong", {}, name(each.worlds)),
      each.table === null ? " could not be compared: " : [", table ", name(`${each.schema}.${each.table}`), ": "],
      plain(each.error)));
  for (const [only, side] of [[groups.only_before, report.before], [groups.only_after, report.after]]) {
    if (only) lines.push(make("li", {}, make("strong", {}, name(only)), " only in ", name(side)));
  }
  if (!lines.length) return;
  byId("gaps").append(
    make("div", { class: "alert" },
      make("h2", { id: "gaps-heading" }, "Not in these numbers"),
      make("ul", {}, lines)));
}

// ---------------------------------------------------------------- what stands out

function showFindings() {
  const section = byId("findings");
  if (!report.findings.length) {
    section.append(make("p", { class: "note" }, report.findings_note === null
      ? "No world changed unlike the others."
      : `Nothing: ${report.findings_note}.`));
    return;
  }
  const list = make("ol", { class: "findings" });
  const show = (most) => list.replaceChildren(...report.findings.slice(0, most).map(showFinding));
  show(10);
  section.append(
    make("p", { class: "note" }, "Each is held against the median of all worlds, in units of how far worlds usually lie from it. A place to look at first, not a proof."),
    list);
  if (report.findings.length > 10) {
    section.append(showAllButton(`all ${count(report.findings.length)}`, () => show(Infinity)));
  }
}

function showFinding(finding) {
  const copy = make("button", { type: "button", class: "copy" }, "Copy");
  const command = make("code", { tabindex: "0" }, plain(finding.command));
  copy.addEventListener("click", () => copyText(finding.command, command, copy));
  const place = finding.table === null ? "#definitions"
    : address({ table: `${finding.schema}.${finding.table}`, world: finding.world });
  return make("li", {},
    make("p", {}, make("a", { href: place }, plain(finding.text))),
    finding.table === null ? null : showSpread(finding),
    make("p", { class: "command" }, command, copy));
}

/** A line with the range of the other worlds on it, and where this one lies. */
function showSpread(finding) {
  const all = [finding.value, finding.low, finding.high];
  const at = scale(Math.min(...all), Math.max(...all), 6, 254);
  const label = `${finding.measure}, ${Number(finding.score.toFixed(1))} usual spreads from the median`;
  return make("p", { class: "spread" },
    draw("svg", { viewBox: "0 0 260 14", width: "260", height: "14", "aria-hidden": "true" },
      draw("path", { class: "axis", d: "M0 7H260" }),
      draw("path", { class: "others", d: `M${at(finding.low) - 3} 7H${at(finding.high) + 3}` }),
      draw("circle", { class: "this", cx: at(finding.value), cy: 7, r: 5 })),
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

// ---------------------------------------------------------------- the heat map

let showsUnchanged = false;

function level(part) {
  if (!touched(part)) return 0;
  return 1 + LEVELS.filter((limit) => share(part) >= limit).length;
}

function showMap() {
  const section = byId("map");
  const unchanged = tables.filter((table) => !differs(table));
  const legends = ["none", ...LEVELS.map((limit) => `under ${limit * 100}%`), `${LEVELS.at(-1) * 100}% or more`];
  section.append(
    make("p", { class: "note" }, "Rows added, removed and changed. The shade is their share of the table's rows, of both sides together."),
    make("ul", { class: "legend", "aria-label": "Shades" },
      legends.map((text, at) => make("li", {}, make("span", { class: "swatch", "data-level": at }), text))));
  const frame = make("div", { class: "frame", tabindex: "-1" });
  section.append(frame);
  const redraw = () => frame.replaceChildren(makeMap(tables.filter((table) => showsUnchanged || differs(table))));
  redraw();
  if (!unchanged.length) return;
  const label = () => `${showsUnchanged ? "Hide" : "Show"} ${plural(unchanged.length, "table")} without changes`;
  const button = make("button", { type: "button", id: "unchanged", "aria-expanded": "false", class: "more" }, label());
  button.addEventListener("click", () => {
    showsUnchanged = !showsUnchanged;
    button.setAttribute("aria-expanded", showsUnchanged);
    button.textContent = label();
    redraw();
  });
  section.append(button);
}

/** Few worlds stand side by side over the tables; many stand below each other. */
function makeMap(shown) {
  const upright = worlds.length <= FEW;
  const head = make("tr", {}, make("th", { scope: "col", class: "corner" }, upright ? "Table" : "World"));
  const body = make("tbody");
  const tableLink = (table) => make("a", { href: address({ table: table.name }) }, name(table.label));
  const tableHead = (table, scope) =>
    make("th", { scope }, differs(table) ? tableLink(table) : name(table.label));
  const total = (parts) => make("td", { class: "total" }, count(sum(parts, touched)));
  if (upright) {
    head.append(...worlds.map((world) => make("th", { scope: "col" }, name(world))));
    if (worlds.length > 1) head.append(make("th", { scope: "col" }, "All worlds"));
    for (const table of shown) {
      body.append(make("tr", {}, tableHead(table, "row"), worlds.map((world) => makeCell(world, table, true)),
        worlds.length > 1 ? total([table]) : null));
    }
  } else {
    head.append(...shown.map((table) => tableHead(table, "col")), make("th", { scope: "col" }, "All tables"));
    body.append(make("tr", { class: "total" }, make("th", { scope: "row" }, "All worlds"),
      shown.map((table) => total([table])), total(tables)));
  }
  const sums = new Map(report.worlds.map((world) => [world.world, sum(world.tables, touched)]));
  if (upright) {
    body.append(make("tr", { class: "total" }, make("th", { scope: "row" }, "All tables"),
      worlds.map((world) => make("td", { class: "total" }, failed.has(world) ? "–" : count(sums.get(world)))),
      worlds.length > 1 ? total(tables) : null));
  } else {
    for (const world of worlds) {
      body.append(make("tr", {}, make("th", { scope: "row" }, name(world)),
        shown.map((table) => makeCell(world, table, false)),
        make("td", { class: "total" }, failed.has(world) ? "–" : count(sums.get(world)))));
    }
  }
  const map = make("table", { class: upright ? "heat" : "heat many", keydown: walkMap },
    make("caption", {}, "Rows that differ, by world and table. Arrow keys go from cell to cell, Enter opens a table."),
    make("thead", {}, head), body);
  const first = map.querySelector("td a");
  if (first) first.tabIndex = 0;
  return map;
}

function makeCell(world, table, showsShare) {
  if (failed.has(world)) return make("td", { class: "error", title: failed.get(world) }, "error");
  const part = table.worlds.get(world);
  if (part === undefined) return make("td", { class: "none", title: "not on both sides" }, "–");
  const href = address({ table: table.name, world });
  if (part.error !== null) {
    return make("td", { class: "error" }, make("a", { href, tabindex: "-1", title: part.error }, "error"));
  }
  if (!touched(part)) return make("td", { "data-level": 0 }, "0");
  const words = `${world}, ${table.label}: ${count(part.added)} added, ${count(part.removed)} removed, ` +
    `${count(part.changed)} changed of ${count(size(part))} rows, ${percent(share(part))}`;
  return make("td", { "data-level": level(part) },
    make("a", { href, tabindex: "-1", title: words, "aria-label": words },
      make("span", { class: "count" }, count(touched(part))),
      showsShare ? make("span", { class: "share" }, percent(share(part))) : null));
}

/** Arrow keys in the map: one cell takes the focus, the others are reached from it. */
function walkMap(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (step === undefined || cell === null) return;
  event.preventDefault();
  const lines = event.currentTarget.rows;
  let [line, column] = [cell.parentNode.rowIndex + step[0], cell.cellIndex + step[1]];
  while (lines[line] && lines[line].cells[column]) {
    const link = lines[line].cells[column].querySelector("td > a");
    if (link) {
      event.target.tabIndex = -1;
      link.tabIndex = 0;
      link.focus();
      return;
    }
    [line, column] = [line + step[0], column + step[1]];
  }
}

// ---------------------------------------------------------------- table by table

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
    make("summary", {}, make("h3", {}, name(table.label)), make("span", { class: "note" }, parts.join(", "))),
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
  for (const [column, reason] of leftOut) notes.push(`Not compared: ${column} (${reason}).`);
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
    return make("tr", {}, make("th", { scope: "row" }, name(world)), cells.map((cell) => make("td", {}, cell)));
  };
  return make("div", { class: "frame" },
    make("table", { class: "column" },
      make("caption", {}, name(column), make("span", { class: "kind" }, ` ${found[0][1].kind}`),
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

// ---------------------------------------------------------------- definitions

function showDefinitions() {
  const section = byId("definitions");
  if (!groups.definitions.length) {
    section.append(make("p", { class: "note" }, "No definition changed."));
    return;
  }
  section.append(make("ul", { class: "definitions" }, groups.definitions.map(showDefinition)));
}

function showDefinition({ worlds: folded, definition }) {
  const owner = definition.table === null ? "" : `${definition.table}.`;
  const differences = Object.entries(definition.differences).map(([property, [before, after]]) =>
    make("li", {}, `${property}: `, make("del", {}, plain(before ?? "none")), " → ", make("ins", {}, plain(after ?? "none"))));
  return make("li", {},
    make("strong", {}, name(folded)), ` ${definition.kind} `,
    make("code", {}, plain(`${definition.schema}.${owner}${definition.name}`)), ` ${definition.change}`,
    differences.length ? make("ul", {}, differences) : null);
}

// ---------------------------------------------------------------- changed rows

const filters = { q: "", world: "", table: "", change: "" };
let drawRows = () => {};
let setFilters = () => {};

function showRows() {
  const section = byId("rows");
  const all = sum(tables, touched);
  if (!rows.length) {
    section.append(make("p", { class: "note" }, all ? "This report holds no rows; --rows N puts some in." : "No row differs."));
    return;
  }
  const search = make("input", { type: "search", id: "search", placeholder: "Search all values", "aria-label": "Search all values" });
  const selects = [
    ["world", "All worlds", compared], ["table", "All tables", tables.filter((table) => table.held).map((table) => table.name)],
    ["change", "All changes", ["added", "removed", "changed"]],
  ].map(([key, label, options]) => [key,
    make("select", { "aria-label": label },
      make("option", { value: "" }, label), options.map((text) => make("option", { value: text }, plain(text))))]);
  const verdict = make("p", { class: "note", id: "rows-shown", role: "status" });
  const list = make("tbody");
  const more = make("button", { type: "button", class: "more" });
  let shown = PAGE_ROWS;
  drawRows = () => {
    const found = rows.filter(fits);
    const words = filters.q.trim();
    const sought = words ? new RegExp(`(${words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "iu") : null;
    list.replaceChildren(...found.slice(0, shown).flatMap((each) => showRow(each, sought)));
    verdict.textContent = `${plural(found.length, "row")} of the ${count(rows.length)} that this report holds; ` +
      `${count(all)} differ in all. Of each table and world, the first ones are in.`;
    more.hidden = found.length <= shown;
    more.textContent = `Show ${count(Math.min(PAGE_ROWS, found.length - shown))} more`;
  };
  const set = (key, text) => {
    filters[key] = text;
    shown = PAGE_ROWS;
    drawRows();
  };
  more.addEventListener("click", () => { shown += PAGE_ROWS; drawRows(); });
  search.addEventListener("input", () => set("q", search.value));
  for (const [key, select] of selects) select.addEventListener("change", () => set(key, select.value));
  setFilters = (wanted) => {
    search.value = filters.q = wanted.q ?? "";
    for (const [key, select] of selects) select.value = filters[key] = wanted[key] ?? "";
    shown = PAGE_ROWS;
    drawRows();
  };
  section.append(
    make("form", { class: "filters", submit: (event) => event.preventDefault() }, search, selects.map(([, select]) => select)),
    verdict,
    make("div", { class: "frame" },
      make("table", { class: "rows" },
        make("caption", {}, "Rows that differ, before and after"),
        make("thead", {}, make("tr", {}, ["World", "Table", "Key", "Change", "Column", report.before, report.after]
          .map((text) => make("th", { scope: "col" }, plain(text))))),
        list)),
    more);
  drawRows();
}

function fits(each) {
  const { q, world, table, change: kind } = filters;
  if ((world && each.world !== world) || (table && each.table.name !== table)) return false;
  if (kind && each.row.change !== kind) return false;
  const words = q.trim().toLowerCase();
  if (!words) return true;
  each.text ??= [each.world, each.table.name, ...Object.values(each.row.before ?? {}), ...Object.values(each.row.after ?? {})]
    .join("\u0000").toLowerCase();
  return each.text.includes(words);
}

/** A row of the list, as a line for each cell that changed, or that one side alone has. */
function showRow({ world, table, row }, sought) {
  const columns = row.change === "changed" ? row.columns : Object.keys(row.before ?? row.after);
  const isOne = row.before === null || row.after === null;
  const cell = (side, column, kind) => side === null ? make("td", { class: "gone" }, "–")
    : make("td", {}, make(isOne ? "span" : kind, {}, value(side[column], sought)));
  const key = row.key.length ? row.key.map((part) => part ?? "NULL").join(", ") : "–";
  const once = { rowspan: columns.length };
  return columns.map((column, at) =>
    make("tr", { class: at ? "more-cells" : "first-cell" },
      at ? null : [
        make("td", once, name(world, sought)), make("td", once, name(table.label, sought)),
        make("td", once, plain(key, sought)),
        make("td", once, row.change + (row.times > 1 ? ` × ${count(row.times)}` : "")),
      ],
      make("td", { class: "column-name" }, name(column)),
      cell(row.before, column, "del"), cell(row.after, column, "ins")));
}

// ---------------------------------------------------------------- addresses in the page

/** `#table=…` opens a table, `#rows=…` lists its rows, `#q=…` searches them. */
function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.has("table")) {
    openers.get(wanted.get("table"))?.();
    setFilters({ table: wanted.get("table"), world: wanted.get("world") ?? "" });
  } else if (wanted.has("rows") || wanted.has("q")) {
    setFilters({ table: wanted.get("rows") ?? "", q: wanted.get("q") ?? "" });
    byId("rows").scrollIntoView();
  }
}

showHead();
showFindings();
showMap();
showTables();
showDefinitions();
showRows();
follow();
addEventListener("hashchange", follow);
