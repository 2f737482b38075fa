// Changes of definitions.

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
    make("strong", {}, named(folded)), ` ${definition.kind} `,
    make("code", {}, plain(`${definition.schema}.${owner}${definition.name}`)), ` ${definition.change}`,
    differences.length ? make("ul", {}, differences) : null);
}
