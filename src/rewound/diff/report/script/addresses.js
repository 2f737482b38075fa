// Addresses in the page, and the start of it all.

/** `#table=…` opens a table, `#rows=…` lists its rows, `#q=…` searches them, `&order=rise` sorts. */
function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.has("table")) {
    openers.get(wanted.get("table"))?.();
    setFilters({ table: wanted.get("table"), world: wanted.get("world") ?? "" });
  } else if (wanted.has("rows") || wanted.has("q")) {
    setFilters({ table: wanted.get("rows") ?? "", q: wanted.get("q") ?? "", order: wanted.get("order") ?? "" });
    byId("rows").scrollIntoView();
  }
}

showHead();
showProvenance();
showFindings();
showMap();
showTables();
showDefinitions();
showRows();
follow();
addEventListener("hashchange", follow);
