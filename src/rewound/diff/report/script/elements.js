"use strict";

// Draws the report of `rewound diff` from the two blocks of JSON in the page.
//
// The values come from dumps and are not trusted: they become text nodes or attributes that
// cannot run anything, never markup. Names are keys of Maps, never of objects.
//
// Making elements of the page; no other file of the script touches markup.

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
  for (const [attribute, setting] of Object.entries(attributes)) {
    if (typeof setting === "function") element.addEventListener(attribute, setting);
    else if (setting === true) element.setAttribute(attribute, "");
    else if (setting !== null && setting !== undefined && setting !== false) {
      element.setAttribute(attribute, setting);
    }
  }
}

const byId = (id) => document.getElementById(id);

// What has no shape of its own or turns the text around it: controls, directions, line ends.
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- these are what it looks for
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
const named = (text, sought) => make("bdi", {}, plain(text, sought));

/** A value of a row. */
function value(text, sought) {
  if (text === null) return make("span", { class: "null" }, "NULL");
  if (text === "") return make("span", { class: "null" }, "empty");
  return make("bdi", { class: "value" }, plain(text, sought));
}
