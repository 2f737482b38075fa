// The order of the changed rows: as compared, or by how much their numbers changed.

const ORDERS = [["", "World by world"], ["size", "Largest change first"], ["rise", "Largest rise first"], ["fall", "Largest fall first"]];

const RANKS = {
  size: (deltas) => Math.max(...deltas.map(Math.abs)),
  rise: (deltas) => Math.max(...deltas),
  fall: (deltas) => Math.max(...deltas.map((delta) => -delta)),
};

/** Returns rows in an order; those without a number come last, equal ones stay as they are. */
function sortRows(found, order) {
  const rank = RANKS[order];
  if (rank === undefined) return found;
  const ranked = found.map((each) => {
    const deltas = Object.values(each.row.deltas).map(Number);
    return [deltas.length ? rank(deltas) : -Infinity, each];
  });
  return ranked.sort(([one], [other]) => other - one || 0).map(([, each]) => each);
}

/** The head of the column of changes: each press takes the next order. */
function makeDeltaButton(set, selects) {
  const [, select] = selects.find(([key]) => key === "order");
  return make("button", { type: "button", id: "sort-delta", title: "Sort by the change", click: () => {
    const next = ORDERS[(ORDERS.findIndex(([order]) => order === select.value) + 1) % ORDERS.length][0];
    select.value = next;
    set("order", next);
  } }, "Change");
}

/** A change with its sign and all of its digits. */
const exactChange = (delta) => (Number(delta) > 0 ? "+" : "") + count(delta);
