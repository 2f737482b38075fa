// The heat map: worlds against tables.

const LEVELS = [0.01, 0.05, 0.2, 0.5]; // Shares of rows at which a cell gets a darker shade.

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
  const tableLink = (table) => make("a", { href: address({ table: table.name }) }, named(table.label));
  const tableHead = (table, scope) =>
    make("th", { scope }, differs(table) ? tableLink(table) : named(table.label));
  const total = (parts) => make("td", { class: "total" }, count(sum(parts, touched)));
  if (upright) {
    head.append(...worlds.map((world) => make("th", { scope: "col" }, named(world))));
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
      body.append(make("tr", {}, make("th", { scope: "row" }, named(world)),
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
