// Reading the report and its groups, and what is asked of them everywhere.

const FEW = 12; // As many worlds get a line each; of more, those farthest from the median.

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
