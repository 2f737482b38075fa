// Numbers, shares and durations in words.

const MINUS = "\u2212";

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
