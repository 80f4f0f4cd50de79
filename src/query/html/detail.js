// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What a row of the endpoint table opens: the path to the endpoint at each stage.

const detailView = { stage: 0, other: null };

/** The path of an endpoint at a stage; undefined where the report has none. */
const pathOf = (row, stage) => shownCheck().paths[stage][row] ?? undefined;

/** The last stage of a list before another one, else null. */
const before = (stages, stage) => stages.filter((other) => other < stage).pop() ?? null;

/** The points of a path, out of their lists, in the cycle that the required time is of. */
function pointsOf(path, part) {
  const offset = path.points.length ? path.arrival - path.points.at(-1)[3] : 0;
  return path[part].map(([pin, edge, cell, arrival, slew, delay]) =>
    ({ pin: report.names[pin], edge, cell: report.names[cell], arrival: arrival + offset, slew, delay }));
}

/** Which stage is shown first: the last one that has a path, else the last one. */
function openDetail(row) {
  const stages = report.stages.map((_, stage) => stage);
  const withPath = stages.filter((stage) => pathOf(row, stage));
  detailView.stage = withPath.at(-1) ?? stages.length - 1;
  detailView.other = before(withPath, detailView.stage);
}

/** What a row of the endpoint table opens. */
function detail(row) {
  const ends = shownCheck().endpoints;
  const name = ends.names[row];
  const box = el("div", { id: "detail", class: "path", role: "region", "aria-label": `Path to ${name}` });
  const redraw = (stage, other) => {
    detailView.stage = stage;
    detailView.other = other;
    box.replaceChildren(...detailParts(row, redraw));
    box.querySelector("[role=tab][aria-selected=true]").focus({ preventScroll: true });
  };
  box.append(...detailParts(row, redraw));
  return box;
}

function detailParts(row, redraw) {
  const ends = shownCheck().endpoints;
  const path = pathOf(row, detailView.stage);
  const shown = path && path.points.length ? pathTable(path, row) : noPath(path, row);
  return [
    el("div", { class: "head" },
      el("div", {},
        el("h3", {}, pinName(ends.names[row])),
        path?.startpoint ? el("p", { class: "quiet" }, "from ", el("code", {}, pinName(path.startpoint)),
          path.group ? `, group ${path.group}` : "") : null),
      sparkline(ends.slacks.map((stage) => stage[row]), detailView.stage)),
    stageTabs(row, redraw),
    el("div", { id: "detail_panel", role: "tabpanel", "aria-label": report.stages[detailView.stage].stage },
      path ? compareChoice(row, redraw) : null, shown),
  ];
}

function stageTabs(row, redraw) {
  const ends = shownCheck().endpoints;
  const choose = (stage) => {
    const paths = report.stages.map((_, other) => other).filter((other) => pathOf(row, other));
    redraw(stage, before(paths, stage));
  };
  const move = (event) => {
    const last = report.stages.length - 1;
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    choose(Math.min(last, Math.max(0, detailView.stage + steps[event.key])));
    event.preventDefault();
  };
  return el("div", { class: "tabs", role: "tablist", "aria-label": "Stages", onkeydown: move },
    report.stages.map((stage, index) => {
      const value = ends.slacks[index][row];
      const isShown = index === detailView.stage;
      return el("button", { type: "button", role: "tab", "aria-selected": String(isShown),
        "aria-controls": "detail_panel", tabindex: isShown ? 0 : -1, onclick: () => choose(index) },
      el("span", {}, swatch(index), " ", stage.stage), " ",
      el("b", { class: isViolation(value) ? "number bad" : "number" },
        slack(value, periodOf(index, ends.clocks[row]))));
    }));
}

function compareChoice(row, redraw) {
  const stages = report.stages.map((_, stage) => stage)
    .filter((stage) => stage !== detailView.stage && pathOf(row, stage)?.points.length);
  if (!stages.length) return null;
  const select = el("select", { onchange: (event) => {
    redraw(detailView.stage, event.target.value === "" ? null : Number(event.target.value));
  } }, el("option", { value: "" }, "nothing"),
  stages.map((stage) => el("option", { value: stage, selected: stage === detailView.other }, report.stages[stage].stage)));
  return el("label", { class: "compare quiet" }, "compared with ", select);
}

/** Why there is no path, and what to do. */
function noPath(path, row) {
  if (path?.reason) return el("p", { class: "notice" }, path.reason);
  const ends = shownCheck().endpoints;
  if (ends.slacks[detailView.stage][row] === null) {
    return el("p", { class: "notice" }, "This is no endpoint at this stage.");
  }
  const check = shownCheck();
  const held = check.paths[0].length;
  const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);
  const command = ["ckp", "path", report.store, report.stages[detailView.stage].stage, "--to", ends.names[row],
    "--scene", check.scene, ...(check.path_delay === "min" ? ["--path-delay", "min"] : [])];
  return el("p", { class: "notice" }, `The report has the paths of the ${plural(held, "worst endpoint")}. For this one: `,
    el("code", {}, command.map(quoted).join(" ")));
}

/** A bar from the time before to the time of a point, between the begin of the path and its required time. */
function fall(from, to, span, kind) {
  const share = (value) => (100 * (value - span.low)) / (span.high - span.low || 1);
  const left = Math.min(share(from), share(to));
  return el("td", { class: "fall" },
    el("i", { class: "required", style: `left: ${share(span.required).toFixed(2)}%` }),
    el("i", { class: kind, style: `left: ${left.toFixed(2)}%; width: ${Math.max(0.3, Math.abs(share(to) - share(from))).toFixed(2)}%` }));
}

function pathTable(path, row) {
  const points = pointsOf(path, "points");
  const launch = pointsOf(path, "launch");
  const other = detailView.other === null ? undefined : pathOf(row, detailView.other);
  const known = other && new Map([...pointsOf(other, "launch"), ...pointsOf(other, "points")]
    .map((there) => [there.pin + there.edge, there]));
  const all = [...launch, ...points];
  const times = all.map((at) => at.arrival).concat(isTime(path.required) ? [path.required] : []);
  const span = { low: Math.min(0, ...times), high: Math.max(...times), required: path.required ?? NaN };
  const instance = (name) => name.slice(0, Math.max(0, name.lastIndexOf("/")));
  const line = (at, previous) => {
    const there = known?.get(at.pin + at.edge);
    const inCell = previous && instance(previous.pin) && instance(previous.pin) === instance(at.pin);
    return el("tr", {},
      el("th", { scope: "row", class: "point" }, el("span", { class: "edge", title: at.edge === "^" ? "rise" : "fall" }, at.edge), " ", pinName(at.pin)),
      el("td", { class: "quiet" }, at.cell),
      el("td", { class: "number quiet" }, time(at.slew)),
      el("td", { class: "number" }, time(at.delay)),
      known ? deltaCell(at, there, (span.high - span.low) / 200) : null,
      el("td", { class: "number" }, time(at.arrival)),
      fall(previous ? previous.arrival : at.arrival, at.arrival, span, inCell ? "cell" : "wire"));
  };
  const lines = (list, first) => list.map((at, index) => line(at, index ? list[index - 1] : first));
  const width = known ? 7 : 6;
  const head = (text, attributes) => el("th", { scope: "col", ...attributes }, text);
  return el("div", { class: "scroll" }, el("table", { class: "points" },
    el("caption", { class: "unseen" }, `Points of the path, times in ${timeUnit().name}`),
    el("thead", {}, el("tr", {}, head("Pin"), head("Cell"), head("slew", { class: "number" }),
      head(`delay ${timeUnit().name}`, { class: "number" }),
      known ? head(`vs ${report.stages[detailView.other].stage}`, { class: "number" }) : null,
      head("time", { class: "number" }),
      el("td", { class: "key_of_bars quiet" }, el("i", { class: "cell" }), " cell ", el("i", { class: "wire" }), " wire ",
        isTime(path.required) ? [el("i", { class: "required" }), " required"] : null))),
    el("tbody", {},
      launch.length > 1 ? el("tr", { class: "part" }, el("th", { colspan: width, scope: "rowgroup" }, "launching clock")) : null,
      launch.length > 1 ? lines(launch.slice(0, -1)) : null,
      launch.length > 1 ? el("tr", { class: "part" }, el("th", { colspan: width, scope: "rowgroup" }, "data")) : null,
      launch.length ? lines(launch.slice(-1), launch.at(-2)) : null,
      lines(points, launch.at(-1))),
    pathSums(path, width)), path.ties ? el("p", { class: "quiet" }, `At ${plural(path.ties, "point")} another path arrives at the same time, to the last bit; one of them is shown.`) : null);
}

/** The delay against that of the other stage, emphasized where it is worse by more than `much`. */
function deltaCell(at, there, much) {
  if (!there) return el("td", { class: "number quiet", title: "The path of the other stage does not come here so" }, "not there");
  if (!isTime(at.delay) || !isTime(there.delay)) return el("td", {});
  const delta = at.delay - there.delay;
  const isWorse = shownCheck().path_delay === "max" ? delta > much : delta < -much;
  return el("td", { class: isWorse ? "number bad" : "number" }, delta > 0 ? `+${time(delta)}` : time(delta));
}

/** What is taken off the time of the capturing edge. */
function marginName(path) {
  if (path.type === "check") return shownCheck().path_delay === "max" ? "library setup time" : "library hold time";
  return path.type === "output_delay" ? "delay outside of the output" : "margin";
}

function pathSums(path, width) {
  const sum = (text, value, attributes) => el("tr", attributes,
    el("th", { scope: "row", colspan: width - 2 }, text),
    el("td", { class: "number" }, time(value)), el("td", {}));
  const isKnown = (value) => isTime(value) && value !== 0;
  return el("tfoot", {},
    isTime(path.arrival) ? sum("data arrival", path.arrival) : null,
    isKnown(path.crpr) ? sum("clock reconvergence pessimism", path.crpr) : null,
    isKnown(path.margin) ? sum(marginName(path), path.margin) : null,
    isTime(path.required) ? sum("required", path.required) : null,
    sum(isViolation(path.slack) ? "slack (violated)" : "slack (met)", path.slack, { class: isViolation(path.slack) ? "slack bad" : "slack" }));
}
