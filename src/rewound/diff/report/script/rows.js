// The changed rows, to search in.

const PAGE_ROWS = 200;

const filters = { q: "", world: "", table: "", change: "", order: "" };
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
  selects.push(["order", make("select", { id: "order", "aria-label": "Order" },
    ORDERS.map(([order, label]) => make("option", { value: order }, label)))]);
  const verdict = make("p", { class: "note", id: "rows-shown", role: "status" });
  const list = make("tbody");
  const more = make("button", { type: "button", class: "more" });
  let shown = PAGE_ROWS;
  drawRows = () => {
    const found = sortRows(rows.filter(fits), filters.order);
    const words = filters.q.trim();
    const sought = words ? new RegExp(`(${words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "iu") : null;
    list.replaceChildren(...found.slice(0, shown).flatMap((each) => showRow(each, sought)));
    verdict.textContent = `${plural(found.length, "row")} of the ${count(rows.length)} that this report holds; ` +
      `${count(all)} differ in all. Of each table and world, those whose numbers changed most are in.`;
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
          .map((text) => make("th", { scope: "col" }, plain(text))),
          make("th", { scope: "col", class: "number" }, makeDeltaButton(set, selects)))),
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
  each.text ??= [each.world, each.table.name, ...Object.values(each.row.label), ...Object.values(each.row.before ?? {}), ...Object.values(each.row.after ?? {})]
    .join("\u0000").toLowerCase();
  return each.text.includes(words);
}

/** A row of the list, as a line for each cell that changed, or that one side alone has. */
function showRow({ world, table, row }, sought) {
  const columns = row.change === "changed" ? row.columns : Object.keys(row.before ?? row.after);
  const isOne = row.before === null || row.after === null;
  const isNumber = (column) => Object.hasOwn(row.deltas, column);
  const cell = (side, column, kind) => side === null ? make("td", { class: "gone" }, "–")
    : make("td", { class: isNumber(column) ? "number" : null }, make(isOne ? "span" : kind, {}, value(side[column], sought)));
  const key = row.key.length ? row.key.map((part) => part ?? "NULL").join(", ") : "–";
  const once = { rowspan: columns.length };
  return columns.map((column, at) =>
    make("tr", { class: at ? "more-cells" : "first-cell" },
      at ? null : [
        make("td", once, named(world, sought)), make("td", once, named(table.label, sought)),
        make("td", once, plain(key, sought),
          Object.values(row.label).map((text) => make("span", { class: "label" }, value(text, sought)))),
        make("td", once, row.change + (row.times > 1 ? ` × ${count(row.times)}` : "")),
      ],
      make("td", { class: "column-name" }, named(column)),
      cell(row.before, column, "del"), cell(row.after, column, "ins"),
      make("td", { class: "number delta" }, isNumber(column) ? exactChange(row.deltas[column]) : "")));
}
