// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What changed from one stage to another, for the shown check.

/** A table of texts and elements. Columns are ["name", "class"]. */
function plainTable(caption, columns, rows) {
  return el("div", { class: "scroll" }, el("table", {},
    el("caption", { class: "unseen" }, caption),
    el("thead", {}, el("tr", {}, columns.map(([name, kind]) => el("th", { scope: "col", class: kind }, name)))),
    el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, index) => {
      const [content, mark] = Array.isArray(cell) ? cell : [cell, ""];
      const attributes = { class: [columns[index][1], mark].filter(Boolean).join(" ") || null };
      return index ? el("td", attributes, content) : el("th", { scope: "row", ...attributes }, content);
    }))))));
}

/** Of what is of the shown scene and check. */
function ofCheck(list) {
  const { scene, path_delay: pathDelay } = shownCheck();
  return list.filter((of) => of.path_delay === pathDelay && (of.scene === undefined || of.scene === scene));
}

const signed = (text, delta) => (delta > 0 ? `+${text}` : text);
const percentOf = (value) => (value === null ? "\u2013" : `${signed(decimal(value, 2), value)}%`);

/** Before, after and change of a slack. */
function slackCells({ before, after, delta }, text) {
  const mark = (value) => (isViolation(value) ? "bad" : "");
  return [[text(before), mark(before)], [text(after), mark(after)],
    [isTime(delta) ? signed(text(delta), delta) : "\u2013", delta < 0 ? "bad" : ""]];
}

function numberCells({ before, after, delta }) {
  const text = (value) => (value === null ? "\u2013" : count(value));
  return [text(before), text(after), [delta === null ? "\u2013" : signed(count(delta), delta), delta > 0 ? "bad" : ""]];
}

const triple = (name) => [[name, "number first"], ["after", "number"], ["change", "number"]];

function diffSums() {
  const rows = ofCheck(report.diff.checks).map((check) => {
    const name = check.clock !== null ? `clock ${check.clock}` : check.group !== null ? `group ${check.group}` : "all endpoints";
    return [name, ...slackCells(check.worst_slack, time), percentOf(check.worst_slack.delta_percent ?? null),
      ...slackCells(check.tns, nanoseconds), ...numberCells(check.violating_endpoints)];
  });
  const unit = timeUnit().name;
  return plainTable("Sums before and after", [["", ""], ...triple(`WNS ${unit} before`), ["of period", "number"],
    ...triple("TNS ns before"), ...triple("violating before")], rows);
}

/** The arc of a path that moved first, and what it did. */
function movedWords(moved) {
  if (!moved?.first) return "\u2013";
  const { arc, delay } = moved.first;
  return el("span", {}, el("code", {}, pinName(arc)), " ",
    isTime(delay.delta) ? signed(time(delay.delta), delay.delta) : "new");
}

function changedEndpoints(title, list, total, isOpen) {
  const shown = ofCheck(list);
  if (!total) return null;
  const more = shown.length < total ? `, the ${count(shown.length)} worst are listed` : "";
  const hasMoved = shown.some((end) => end.moved);
  const rows = shown.map((end) => [el("code", {}, pinName(end.endpoint)), end.group, ...slackCells(end.slack, time),
    percentOf(end.slack.delta_percent ?? null), ...(hasMoved ? [movedWords(end.moved)] : [])]);
  return el("details", { open: isOpen },
    el("summary", {}, `${title}: `, el("b", {}, count(total)), el("span", { class: "quiet" }, more)),
    rows.length ? plainTable(title, [["Endpoint", ""], ["Group", ""], ...triple(`slack ${timeUnit().name} before`),
      ["of period", "number"], ...(hasMoved ? [["moved first on its path", "first"]] : [])], rows) : null);
}

function diffEndpoints() {
  const { endpoints } = report.diff;
  const counts = ofCheck(endpoints.counts)[0] ?? {};
  const lists = [["Newly failing", "newly_failing"], ["Fixed", "fixed"], ["Worsened", "worsened"],
    ["Improved", "improved"], ["Added", "added"], ["Removed", "removed"]];
  const first = lists.find(([, name]) => counts[name])?.[1];
  const words = counts.unchanged ? `${plural(counts.unchanged, "endpoint")} unchanged.` : "";
  return [el("h3", {}, "Endpoints"),
    lists.map(([title, name]) => changedEndpoints(title, endpoints[name], counts[name], name === first)),
    el("p", { class: "quiet" }, first ? words : `No endpoint changed. ${words}`)];
}

function nameList(title, { count: total, first }) {
  if (!total) return null;
  return el("details", {}, el("summary", {}, `${title}: `, el("b", {}, count(total))),
    el("ul", { class: "names" }, first.map((name) => el("li", {}, el("code", {}, pinName(name)))),
      first.length < total ? el("li", { class: "quiet" }, `and ${count(total - first.length)} more`) : null));
}

function diffObjects() {
  const { objects } = report.diff;
  const cells = { count: objects.cells_changed.count,
    first: objects.cells_changed.first.map(({ instance, before, after }) => `${instance}: ${before} to ${after}`) };
  const lists = [nameList("Instances added", objects.instances_added), nameList("Instances removed", objects.instances_removed),
    nameList("Cells changed", cells), nameList("Pins added", objects.pins_added),
    nameList("Pins removed", objects.pins_removed)].filter(Boolean);
  return [el("h3", {}, "Netlist"), lists.length ? lists : el("p", { class: "quiet" }, "The netlist is the same.")];
}

function diffHierarchy() {
  const branches = ofCheck(report.diff.hierarchy?.branches ?? []);
  if (branches.length < 2) return null;
  const rows = branches.map((branch) => [branch.instance || "(top)", ...slackCells(branch.worst_slack, time),
    ...slackCells(branch.tns, nanoseconds), ...numberCells(branch.violating_endpoints), count(branch.newly_failing), count(branch.fixed)]);
  return [el("h3", {}, "Hierarchy"), plainTable("By hierarchy", [["Instance", ""], ...triple(`WNS ${timeUnit().name} before`),
    ...triple("TNS ns before"), ...triple("violating before"), ["newly failing", "number first"], ["fixed", "number"]], rows)];
}

function diffColumns() {
  const columns = ofCheck(report.diff.columns ?? []);
  if (!columns.length) return null;
  const rows = columns.map((column) => [`${column.kind} ${column.transition ?? ""}`, count(column.rows), count(column.changed),
    `${decimal((100 * column.changed) / Math.max(1, column.rows), 1)}%`]);
  return el("details", {}, el("summary", {}, "Changed values by column"),
    plainTable("Changed values", [["Column", ""], ["values", "number"], ["changed", "number"], ["share", "number"]], rows));
}

function drawDiff() {
  const { diff } = report;
  byId("diff").hidden = !diff;
  if (!diff) return;
  byId("diff_title").textContent = `Difference from ${diff.from.stage} to ${diff.to.stage}`;
  byId("diff_body").replaceChildren(...[
    diff.notes.map((note) => el("p", { class: "notice" }, note)),
    diffSums(), diffEndpoints(), diffObjects(), diffHierarchy(), diffColumns()].flat(Infinity).filter(Boolean));
}
