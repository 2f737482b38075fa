// What was compared: moments, servers, the dumps with their checksums, and how.

function showProvenance() {
  const made = report.provenance;
  const section = byId("provenance");
  if (made === null) {
    section.append(make("p", { class: "note" }, "This report does not say where its worlds come from."));
    return;
  }
  byId("made").replaceChildren(`rewound diff, made on ${moment(made.made_at)} by Rewound ${made.rewound}`);
  byId("moments").append(...[["Before", made.before], ["After", made.after]].map(([word, side]) =>
    make("div", {}, make("dt", {}, word), make("dd", {}, named(describeSide(side))))));
  const facts = [
    ["Command", [make("code", {}, plain(["rewound diff", ...made.options.map(quoteWord)].join(" ")))]],
    ["Servers before", [plain(made.before.server)]],
    ["Servers after", [plain(made.after.server)]],
    ["Dumps before", [plain(made.before.source)]],
    ["Dumps after", [plain(made.after.source)]],
  ];
  const sides = new Map();
  for (const [side, at] of [[made.before, 0], [made.after, 1]]) {
    for (const dump of side.dumps) {
      if (!sides.has(dump.world)) sides.set(dump.world, [null, null]);
      sides.get(dump.world)[at] = dump;
    }
  }
  const head = ["World", "Side", "Dump", "Taken", "Bytes", "SHA-256"];
  const lines = [...sides].flatMap(([world, pair]) => {
    const held = pair.map((dump, at) => [dump, at]).filter(([dump]) => dump !== null);
    return held.map(([dump, at], line) => make("tr", { class: line ? null : "first-cell" },
      line ? null : make("th", { scope: "row", rowspan: held.length }, named(world)),
      make("td", {}, at ? "after" : "before"),
      make("td", {}, named(dump.dump.split("/").at(-1)),
        dump.dump_filter === null ? null : make("p", { class: "note" }, plain(`a part of it: ${dump.dump_filter}`))),
      make("td", {}, moment(dump.taken_at)),
      make("td", { class: "number" }, dump.bytes === null ? "–" : count(dump.bytes)),
      make("td", {}, make("code", {}, plain(dump.sha256 ?? "–")))));
  });
  section.append(
    make("dl", { class: "facts" }, facts.map(([word, text]) => make("div", {}, make("dt", {}, word), make("dd", {}, text)))),
    make("details", { class: "dumps", open: sides.size <= FEW },
      make("summary", {}, `The dumps of ${plural(sides.size, "world")}`),
      make("div", { class: "frame" },
        make("table", { class: "rows origins" },
          make("thead", {}, make("tr", {}, head.map((text) => make("th", { scope: "col" }, text)))),
          make("tbody", {}, lines)))));
}

/** One side: which fleet, the moment asked for, and from when to when its dumps were taken. */
function describeSide(side) {
  const taken = side.dumps.map((dump) => dump.taken_at).sort();
  const target = side.target === null ? "newest dumps" : `as of ${side.target}`;
  const span = !taken.length ? "" : taken[0] === taken.at(-1) ? `, taken ${moment(taken[0])}`
    : `, taken ${moment(taken[0])} to ${moment(taken.at(-1))}`;
  return `fleet ${side.fleet}, ${target}${span}`;
}

const moment = (text) => text.replace("T", " ").replace("+00:00", " UTC");

/** A word as a shell takes it. */
const quoteWord = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\"'\"'")}'`);
