// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Charts. Every number in them stands in a table too, so a chart is one image for screen readers.

/** Ticks at 1, 2 or 5 times a power of ten, about so many of them, around zero. */
function ticks(low, high, aim) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / aim));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => span / size <= aim);
  const list = [];
  for (let number = Math.ceil(low / step - 1e-9); number * step <= high + step * 1e-9; number += 1) {
    list.push(number * step);
  }
  return { list, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** One small chart: a value for each stage; null where a stage has none. Without a unit it counts violations. */
function trendChart(title, unit, values, text) {
  // Three digits say enough in a chart; the table has the others.
  const short = (value) => {
    const shown = Number(text(value));
    if (unit === "" || Math.abs(shown) < 10) return text(value);
    return decimal(shown, Math.abs(shown) < 100 ? 1 : 0);
  };
  const width = 430;
  const height = 218;
  const box = { left: 16, right: 16, top: 50, bottom: 34 };
  const present = values.filter((value) => value !== null);
  const low = Math.min(0, ...present);
  const high = Math.max(0, ...present);
  const span = high - low || 1;
  const inner = width - box.left - box.right;
  const column = inner / values.length;
  const x = (index) => box.left + column * (index + 0.5);
  const y = (value) => box.top + ((high - value) / span) * (height - box.top - box.bottom);
  const points = values.map((value, index) => [index, value]).filter(([, value]) => value !== null);
  const isBad = (value) => (unit === "" ? value > 0 : value < 0);
  // Every value is labeled as long as there is room; else the first, the worst and the last.
  const worst = unit === "" ? high : low;
  const first = points.length ? points[0][0] : 0;
  const last = points.length ? points[points.length - 1][0] : 0;
  const worstAt = values.indexOf(worst);
  const isLabeled = (index) => values.length <= 8 || [first, worstAt, last].includes(index);

  const bars = points.map(([index, value]) => {
    const top = Math.min(y(value), y(0));
    const size = Math.max(Math.abs(y(value) - y(0)), 1);
    const name = report.stages[index].stage;
    const below = value < 0;
    return svg("g", { class: isBad(value) ? "bar bad" : "bar" },
      svg("title", {}, `${name}: ${text(value)} ${unit}`.trim()),
      svg("rect", { class: "reach", x: x(index) - column / 2, y: box.top - 16, width: column,
        height: height - box.top - box.bottom + 32 }),
      svg("rect", { class: "body", x: x(index) - Math.min(column * 0.34, 22), y: top,
        width: Math.min(column * 0.68, 44), height: size, rx: 1.5 }),
      isLabeled(index)
        ? svg("text", { class: "value", x: x(index), "text-anchor": "middle",
          y: below ? y(value) + 14 : y(value) - 6 }, short(value))
        : []);
  });
  const labels = values.map((value, index) =>
    svg("text", { class: "stage_number", x: x(index), y: box.top - 22, "text-anchor": "middle" },
      String(index + 1)));
  const spoken = points.map(([index, value]) => `${report.stages[index].stage} ${text(value)}`);
  return el("figure", { class: "trend" },
    el("figcaption", {}, title, unit ? el("span", { class: "quiet" }, ` ${unit}`) : null),
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": `${title} by stage: ${spoken.join(", ") || "none"}` },
      labels, bars,
      svg("line", { class: "zero", x1: box.left, x2: width - box.right, y1: y(0), y2: y(0) })));
}

/** Steps along the tops of the bins, closed along the axis for the fill. */
function outline(counts, x, y) {
  let path = `M${x(0)} ${y(0)}`;
  counts.forEach((number, position) => {
    path += `V${y(number).toFixed(2)}H${x(position + 1).toFixed(2)}`;
  });
  return `${path}V${y(0)}`;
}

/** The bars of a stage: below, bin by bin, above. Open bins are there when any stage needs them. */
function series(check) {
  const some = (field) => check.histograms.some((counts) => counts && counts[field] > 0);
  const below = some("below");
  const above = some("above");
  const list = check.histograms.map((counts) => counts && [
    ...(below ? [counts.below] : []), ...counts.bins, ...(above ? [counts.above] : [])]);
  // Position of the edge at zero among all edges.
  const zero = (below ? 1 : 0) - check.bins.first;
  return { list, below, above, zero, size: check.bins.count + (below ? 1 : 0) + (above ? 1 : 0) };
}

/** What a bar counts, in words. */
function barName(check, bars, position) {
  const { bins } = check;
  const number = bins.first + position - (bars.below ? 1 : 0);
  if (bars.below && position === 0) return `below ${edge(bins, bins.first)}`;
  if (bars.above && position === bars.size - 1) return `from ${edge(bins, bins.first + bins.count)} up`;
  return `${edge(bins, number)} to ${edge(bins, number + 1)}`;
}

/** The slacks that a bar counts: from, up to but not including. */
function barRange(check, bars, position) {
  const { bins } = check;
  const number = bins.first + position - (bars.below ? 1 : 0);
  const isBelow = bars.below && position === 0;
  const isAbove = bars.above && position === bars.size - 1;
  return [isBelow ? -Infinity : number * bins.width, isAbove ? Infinity : (number + 1) * bins.width];
}

function countAxis(box, width, most, y) {
  const values = view.logarithmic
    ? Array.from({ length: 8 }, (_, power) => 10 ** power).filter((value) => value <= most)
    : ticks(0, most, 5).list.filter((value) => value > 0 && Number.isInteger(value));
  return values.map((value) => [
    svg("line", { class: "grid", x1: box.left, x2: width - box.right, y1: y(value), y2: y(value) }),
    svg("text", { class: "tick", x: box.left - 8, y: y(value) + 4, "text-anchor": "end" }, count(value)),
  ]);
}

function slackAxis(check, bars, x, y) {
  const { factor, name } = timeUnit();
  const first = check.bins.first;
  const { list, digits } = ticks(first * check.bins.width * factor,
    (first + check.bins.count) * check.bins.width * factor, 12);
  const at = (value) => x(value / factor / check.bins.width + bars.zero);
  const labels = list.map((value) => svg("text", { class: Math.abs(value) < 1e-9 ? "tick origin" : "tick",
    x: at(value), y: y + 18, "text-anchor": "middle" }, decimal(Math.abs(value) < 1e-9 ? 0 : value, digits)));
  const marks = list.map((value) =>
    svg("line", { class: "mark", x1: at(value), x2: at(value), y1: y, y2: y + 4 }));
  return [...marks, ...labels,
    svg("text", { class: "tick axis", x: x(bars.size), y: y + 36, "text-anchor": "end" }, `slack, ${name}`)];
}

/**
 * The slack histograms of the visible stages over each other. `choose` is called with the slacks of a bar
 * that is clicked. Arrow keys move along the bars, Enter chooses.
 */
function histogramChart(choose) {
  const check = shownCheck();
  const bars = series(check);
  if (!check.bins.count) {
    return el("p", { class: "notice" }, "No endpoint is constrained in this scene and check.");
  }
  const width = 1320;
  const height = 400;
  const box = { left: 62, right: 12, top: 26, bottom: 44 };
  const shown = bars.list.map((counts, stage) => ({ counts, stage }))
    .filter(({ counts, stage }) => counts && view.visible.has(stage));
  const most = Math.max(1, ...shown.flatMap(({ counts }) => counts));
  const floor = height - box.bottom;
  const scale = (value) => (view.logarithmic ? Math.log10(value + 1) : value);
  const x = (position) => box.left + ((width - box.left - box.right) * position) / bars.size;
  const y = (value) => floor - ((floor - box.top) * scale(value)) / scale(most);

  const stages = shown.map(({ counts, stage }) => svg("path", { class: "outline", d: outline(counts, x, y),
    "data-stage": stage, fill: stageColor(stage), stroke: stageColor(stage),
    "fill-opacity": 0.05 + 0.2 / shown.length, "stroke-dasharray": stageDash(stage) }));
  const cursor = svg("rect", { class: "cursor", y: box.top, height: floor - box.top, width: x(1) - x(0),
    visibility: "hidden" });
  const violating = bars.zero > 0
    ? [svg("rect", { class: "violating", x: x(0), y: box.top, width: x(bars.zero) - x(0),
      height: floor - box.top }),
    svg("text", { class: "region", x: x(bars.zero) - 8, y: box.top - 9, "text-anchor": "end" }, "violating")]
    : [];
  const open = [bars.below ? 1 : 0, bars.above ? bars.size - 1 : 0].filter((position) => position > 0)
    .map((position) => svg("line", { class: "open", x1: x(position), x2: x(position), y1: box.top, y2: floor }));
  const image = svg("svg", { viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "img",
    "aria-label": "Slack histograms. Arrow keys read the bars, Enter lists the endpoints of one." },
    violating, countAxis(box, width, most, y), open, stages, cursor,
    svg("line", { class: "floor", x1: box.left, x2: width - box.right, y1: floor, y2: floor }),
    svg("line", { class: "zero", x1: x(bars.zero), x2: x(bars.zero), y1: box.top - 20, y2: floor }),
    svg("text", { class: "region met", x: x(bars.zero) + 8, y: box.top - 9 }, "met"),
    slackAxis(check, bars, x, floor));
  const readout = el("div", { class: "readout", "aria-live": "polite", hidden: true });
  const chart = el("div", { class: "histogram" }, image, readout);
  readBars({ check, bars, shown, image, cursor, readout, x, choose });
  return chart;
}

/** Pointer and keys on the histogram. */
function readBars({ check, bars, shown, image, cursor, readout, x, choose }) {
  let position = null;
  const read = (next) => {
    position = Math.min(bars.size - 1, Math.max(0, next));
    cursor.setAttribute("x", x(position));
    cursor.setAttribute("visibility", "visible");
    readout.hidden = false;
    readout.replaceChildren(el("strong", {}, barName(check, bars, position)),
      ...shown.map(({ counts, stage }) => el("span", {}, swatch(stage), ` ${report.stages[stage].stage} `,
        el("b", {}, count(counts[position])))));
    const share = (position + 0.5) / bars.size;
    readout.style.left = share < 0.5 ? `calc(${share * 100}% + 40px)` : "";
    readout.style.right = share < 0.5 ? "" : `calc(${(1 - share) * 100}% + 24px)`;
  };
  const leave = () => {
    cursor.setAttribute("visibility", "hidden");
    readout.hidden = true;
  };
  const at = (event) => {
    const area = image.getBoundingClientRect();
    const left = ((event.clientX - area.left) * 1320) / area.width;
    return Math.floor((left - x(0)) / (x(1) - x(0)));
  };
  image.addEventListener("pointermove", (event) => read(at(event)));
  image.addEventListener("pointerleave", leave);
  image.addEventListener("blur", leave);
  image.addEventListener("click", (event) => {
    read(at(event));
    choose(barRange(check, bars, position), barName(check, bars, position));
  });
  image.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      read(position === null ? Math.min(bars.size - 1, Math.max(0, bars.zero - 1)) : position + steps[event.key]);
      event.preventDefault();
    } else if (event.key === "Enter" && position !== null) {
      choose(barRange(check, bars, position), barName(check, bars, position));
    }
  });
}

/** The slack of an endpoint over the stages, as a line around zero. */
function sparkline(values, shown) {
  const width = 220;
  const height = 44;
  const present = values.filter(isTime);
  const low = Math.min(0, ...present);
  const high = Math.max(0, ...present);
  const x = (index) => 6 + ((width - 12) * (index + 0.5)) / values.length;
  const y = (value) => 6 + ((high - value) / (high - low || 1)) * (height - 12);
  const points = values.map((value, index) => [index, value]).filter(([, value]) => isTime(value));
  const line = points.map(([index, value]) => `${x(index)},${y(value)}`).join(" ");
  return svg("svg", { class: "sparkline", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("line", { class: "zero", x1: 0, x2: width, y1: y(0), y2: y(0) }),
    svg("polyline", { points: line }),
    points.map(([index, value]) => svg("circle", { cx: x(index), cy: y(value), r: index === shown ? 4.5 : 2.5,
      class: isViolation(value) ? "bad" : "" })));
}
