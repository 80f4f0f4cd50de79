// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

"use strict";

// The data, numbers as people read them, and elements. Times are in seconds. Texts only ever become text
// nodes and attributes: no name of a pin can turn into markup.

const report = JSON.parse(document.getElementById("data").textContent);

// What the reader has chosen. The check is the position of a scene and path delay in report.checks.
const view = {
  check: 0,
  unit: "ps",
  // Stages in the histogram.
  visible: new Set(),
  logarithmic: false,
};

const byId = (id) => document.getElementById(id);
const shownCheck = () => report.checks[view.check];
const isTime = (value) => typeof value === "number" && Math.abs(value) < 1e29;
const isViolation = (value) => isTime(value) && value < 0;

const UNITS = {
  ps: { factor: 1e12, digits: 1, name: "ps" },
  ns: { factor: 1e9, digits: 4, name: "ns" },
};

/** The unit that times are shown in, a ratio to the period aside. */
const timeUnit = () => UNITS[view.unit] ?? UNITS.ps;
const unitName = () => (view.unit === "percent" ? "% of period" : timeUnit().name);

function decimal(value, digits) {
  return value.toFixed(digits);
}

/** Time in the chosen unit. */
function time(value) {
  if (!isTime(value)) return "\u2013";
  const { factor, digits } = timeUnit();
  return decimal(value * factor, digits);
}

/** Slack in the chosen unit, which may be the clock period. */
function slack(value, period) {
  if (view.unit !== "percent") return time(value);
  if (!isTime(value) || !period) return "\u2013";
  return decimal((100 * value) / period, 2);
}

/** Differences bear their sign. */
function change(value, period) {
  const text = slack(value, period);
  return value > 0 ? "+" + text : text;
}

/** Sums of slacks are in ns. */
const nanoseconds = (value) => (isTime(value) ? decimal(value * 1e9, 3) : "\u2013");
const count = (value) => (Number.isFinite(value) ? value.toLocaleString("en-US") : "\u2013");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** The edge of a bin: as few digits as its width needs. */
function edge(bins, number) {
  const { factor, name } = timeUnit();
  const width = bins.width * factor;
  const digits = Math.max(0, -Math.floor(Math.log10(width) + 1e-9));
  return `${decimal(number * width, digits)} ${name}`;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
}

/** An element of HTML. Children are elements and texts. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element of SVG. */
function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  element.append(...children.flat(Infinity));
  return element;
}

/** Stages have ten colors; the second ten have dashed outlines. */
const stageColor = (index) => `var(--stage-${index % 10})`;
const stageDash = (index) => (index % 20 >= 10 ? "5 3" : null);

function swatch(index) {
  return svg("svg", { class: "swatch", viewBox: "0 0 14 10", "aria-hidden": "true" },
    svg("rect", { x: 1, y: 1, width: 12, height: 8, rx: 1.5, fill: stageColor(index), "fill-opacity": 0.25,
      stroke: stageColor(index), "stroke-width": 1.75, "stroke-dasharray": stageDash(index) }));
}

/** The sum of a stage for the shown scene and a check; undefined where the stage lacks the scene. */
function summary(stage, pathDelay) {
  const { scene } = shownCheck();
  return stage.checks.find((sum) => sum.scene === scene && sum.path_delay === pathDelay);
}

/** The worst slack of a sum; null where nothing is constrained. */
const worstSlack = (sum) => (sum && isTime(sum.worst_slack) ? sum.worst_slack : null);

/** A name that may break after the separators of the hierarchy. */
function pinName(name) {
  const parts = name.split(/(?<=[/.])/);
  return parts.flatMap((part, index) => (index ? [el("wbr"), part] : [part]));
}
