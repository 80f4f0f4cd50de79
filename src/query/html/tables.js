// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// The table of the stages, and the table of the endpoints.

const PAGE_ROWS = 50;

// What the table of endpoints shows of the shown check. Rows are positions in its lists.
const table = {
  rows: [],
  // A column: "rank", "name", "group", "change" or the number of a stage.
  sort: { column: "rank", descending: false },
  page: 0,
  open: null,
  // Slacks from, up to but not including, and the words for it; any stage in the histogram counts.
  range: null,
};

function sumCells(stage, pathDelay) {
  const sum = summary(stage, pathDelay);
  const worst = worstSlack(sum);
  if (!sum) return [el("td", { colspan: 3, class: "number quiet" }, "no such scene")];
  const mark = isViolation(worst) ? "number bad" : "number";
  return [
    el("td", { class: `${mark} first` }, slack(worst, shortestPeriod(stage))),
    el("td", { class: sum.tns < 0 ? "number bad" : "number" }, nanoseconds(sum.tns)),
    el("td", { class: sum.violating_endpoints ? "number bad" : "number" }, count(sum.violating_endpoints)),
  ];
}

function stageNotes(stage) {
  const meta = Object.entries(stage.meta ?? {}).map(([key, value]) => `${key} = ${value}`);
  const tolerance = stage.tolerance ? [`within ${stage.tolerance} s`] : [];
  return [stage.note, ...tolerance, ...meta].filter(Boolean).join(" \u00b7 ");
}

/** All endpoints of a stage in the shown check; NaN where it lacks the scene. */
function endpointCount(stage) {
  const counts = shownCheck().histograms[stage];
  return counts ? counts.bins.reduce((sum, number) => sum + number, counts.below + counts.above + counts.none) : NaN;
}

function drawStages() {
  const head = (text, attributes) => el("th", { scope: "col", ...attributes }, text);
  const sums = ["WNS", "TNS ns", "violating"];
  const noted = report.stages.some(stageNotes);
  const rows = report.stages.map((stage, index) => el("tr", {},
    el("td", { class: "number quiet" }, String(index + 1)),
    el("th", { scope: "row", class: "nowrap" }, swatch(index), " ", stage.stage),
    sumCells(stage, "max"), sumCells(stage, "min"),
    el("td", { class: "number first" }, count(endpointCount(index))),
    el("td", { class: "number" }, count(stage.vertices)),
    el("td", { class: "quiet nowrap first" }, stage.time.replace("T", " ").replace("Z", "")),
    noted ? el("td", { class: "note" }, stageNotes(stage)) : null));
  byId("stage_table").replaceChildren(
    el("caption", { class: "unseen" }, "Stages with their worst slack (WNS), total negative slack (TNS) and violating endpoints"),
    el("thead", {},
      el("tr", {}, el("td", { colspan: 2 }), head(el("span", {}, "Setup"), { colspan: 3, scope: "colgroup", class: "over" }),
        head(el("span", {}, "Hold"), { colspan: 3, scope: "colgroup", class: "over" }), el("td", { colspan: noted ? 4 : 3 })),
      el("tr", {}, head("#", { class: "number" }), head("Stage"),
        [0, 1].map(() => sums.map((sum, index) => head(sum === "WNS" ? `WNS ${unitName()}` : sum,
          { class: index ? "number" : "number first" }))),
        head("endpoints", { class: "number first" }), head("pins", { class: "number" }),
        head("saved (UTC)", { class: "first" }), noted ? head("note") : null)),
    el("tbody", {}, rows));
  byId("damaged").replaceChildren(...report.damaged.map(({ stage, error }) =>
    el("p", { class: "notice bad" }, `Stage ${stage} cannot be read: ${error}`)));
}

/** The worst slack of an endpoint over the stages is what ranks it; null where no stage has one. */
function worstOf(ends, row) {
  const times = ends.slacks.map((stage) => stage[row]).filter(isTime);
  return times.length ? Math.min(...times) : null;
}

/** From the first stage that has the endpoint to the last one. */
function changeOf(ends, row) {
  const times = ends.slacks.map((stage) => stage[row]).filter(isTime);
  return times.length > 1 ? times[times.length - 1] - times[0] : null;
}

/** Parts of a name, all of which must be there; * stands for anything. */
function nameFilter(text) {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean).map((part) =>
    new RegExp(part.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")));
  return (name) => parts.every((part) => part.test(name.toLowerCase()));
}

/** What an endpoint is to the flow. */
function stateFilter(ends, state) {
  const last = report.stages.length - 1;
  const fails = (row, stage) => isViolation(ends.slacks[stage][row]);
  const meets = (row, stage) => isTime(ends.slacks[stage][row]) && !fails(row, stage);
  const tests = {
    all: () => true,
    any: (row) => ends.slacks.some((stage) => isViolation(stage[row])),
    last: (row) => fails(row, last),
    new: (row) => fails(row, last) && !fails(row, 0),
    fixed: (row) => fails(row, 0) && meets(row, last),
  };
  return tests[state] ?? tests.all;
}

function rangeFilter(ends) {
  if (!table.range) return () => true;
  const [from, to] = table.range.slacks;
  return (row) => ends.slacks.some((stage, index) => view.visible.has(index)
    && isTime(stage[row]) && stage[row] >= from && stage[row] < to);
}

/** What a column is sorted by; null comes last in both directions. */
function sortKey(ends, column) {
  if (column === "name") return (row) => ends.names[row];
  if (column === "group") return (row) => ends.groups[row];
  if (column === "change") return (row) => changeOf(ends, row);
  if (typeof column === "number") return (row) => (isTime(ends.slacks[column][row]) ? ends.slacks[column][row] : null);
  return (row) => row;
}

const collator = new Intl.Collator("en", { numeric: true });

function sortRows(ends, rows) {
  const { column, descending } = table.sort;
  const key = sortKey(ends, column);
  const keyed = rows.map((row) => [row, key(row)]);
  const compare = typeof keyed[0]?.[1] === "string" ? collator.compare : (a, b) => a - b;
  keyed.sort(([rowA, a], [rowB, b]) => {
    if (a === null || b === null) return (a === null) - (b === null) || rowA - rowB;
    return (descending ? compare(b, a) : compare(a, b)) || rowA - rowB;
  });
  return keyed.map(([row]) => row);
}

/** Filter and sort anew, from the first page on. */
function selectRows() {
  const ends = shownCheck().endpoints;
  const isNamed = nameFilter(byId("filter_name").value);
  const group = byId("filter_group").value;
  const isState = stateFilter(ends, byId("filter_state").value);
  const isInRange = rangeFilter(ends);
  const rows = ends.names.map((_, row) => row).filter((row) => isNamed(ends.names[row])
    && (!group || ends.groups[row] === group) && isState(row) && isInRange(row));
  table.rows = sortRows(ends, rows);
  table.page = 0;
  table.open = null;
  drawEndpoints();
}

function sortBy(column) {
  const isSame = table.sort.column === column;
  table.sort = { column, descending: isSame && !table.sort.descending };
  selectRows();
  // The buttons are new ones.
  byId("endpoint_table").querySelector(`[data-column="${column}"]`)?.focus();
}

function columnHead(column, text, attributes) {
  const isSorted = table.sort.column === column;
  const order = table.sort.descending ? "descending" : "ascending";
  const arrow = { ascending: "\u25b2", descending: "\u25bc" }[order];
  return el("th", { scope: "col", "aria-sort": isSorted ? order : null, ...attributes },
    el("button", { type: "button", "data-column": column, onclick: () => sortBy(column) }, text,
      el("span", { class: "arrow", "aria-hidden": "true" }, isSorted ? arrow : "")));
}

function slackCell(ends, row, stage, worst) {
  const value = ends.slacks[stage][row];
  if (value === null) return el("td", { class: "number quiet", title: "not an endpoint of this stage" }, "\u2013");
  if (!isTime(value)) return el("td", { class: "number quiet" }, value);
  // The worse, the deeper.
  const depth = value < 0 ? 0.04 + 0.13 * (value / worst) : 0;
  return el("td", { class: depth ? "number bad" : "number", style: depth ? `--heat: ${(100 * depth).toFixed(1)}%` : null },
    slack(value, periodOf(stage, ends.clocks[row])));
}

function endpointRow(ends, row, worst) {
  const isOpen = table.open === row;
  const moved = changeOf(ends, row);
  const several = report.stages.length > 1;
  return el("tr", { class: isOpen ? "endpoint open" : "endpoint", "data-row": row,
    onclick: (event) => { if (!event.target.closest("button")) toggle(row); } },
  el("td", { class: "number quiet" }, count(row + 1)),
  el("th", { scope: "row" }, el("button", { type: "button", class: "pin", "aria-expanded": String(isOpen),
    "aria-controls": "detail", onclick: () => toggle(row) }, pinName(ends.names[row]))),
  el("td", {}, ends.groups[row]),
  report.stages.map((_, stage) => slackCell(ends, row, stage, worst)),
  several ? el("td", { class: moved < 0 ? "number first bad" : "number first" },
    moved === null ? "\u2013" : change(moved, periodOf(report.stages.length - 1, ends.clocks[row]))) : null);
}

function toggle(row) {
  table.open = table.open === row ? null : row;
  if (table.open !== null) openDetail(row);
  drawEndpoints();
  byId("endpoint_table").querySelector(`tr[data-row="${row}"] button`)?.focus({ preventScroll: true });
}

function drawEndpoints() {
  const ends = shownCheck().endpoints;
  const stages = report.stages.length;
  const worst = worstOf(ends, 0) ?? -1;
  const shown = table.rows.slice(table.page * PAGE_ROWS, (table.page + 1) * PAGE_ROWS);
  const body = shown.flatMap((row) => {
    const line = endpointRow(ends, row, worst);
    if (table.open !== row) return [line];
    return [line, el("tr", { class: "detail" }, el("td", { colspan: stages + (stages > 1 ? 4 : 3) }, detail(row)))];
  });
  byId("endpoint_table").replaceChildren(
    el("caption", { class: "unseen" }, `Slacks of the endpoints at every stage, ${unitName()}`),
    el("thead", {}, el("tr", {},
      columnHead("rank", "#", { class: "number", title: "Rank by the worst slack over the stages" }),
      columnHead("name", "Endpoint"), columnHead("group", "Group"),
      report.stages.map((stage, index) => columnHead(index, stage.stage, { class: "number" })),
      stages > 1 ? columnHead("change", "change", { class: "number first",
        title: "From the first stage that has the endpoint to the last one" }) : null)),
    el("tbody", {}, body));
  drawCount(ends);
  drawPager();
}

function drawCount(ends) {
  const held = ends.names.length;
  const cut = held < ends.total
    ? ` This report holds the ${count(held)} worst of ${count(ends.total)}, judged by the worst slack over the stages.` : "";
  const found = table.rows.length === held ? plural(held, "endpoint") : `${count(table.rows.length)} of ${plural(held, "endpoint")}`;
  byId("endpoint_count").textContent = `${found}, slacks in ${unitName()}.${cut} Choose one to see its path at each stage.`;
}

function drawPager() {
  const pages = Math.max(1, Math.ceil(table.rows.length / PAGE_ROWS));
  const turn = (page) => () => {
    table.page = page;
    table.open = null;
    drawEndpoints();
    byId("endpoints").scrollIntoView({ block: "start" });
  };
  const first = table.page * PAGE_ROWS + 1;
  const last = Math.min(table.rows.length, (table.page + 1) * PAGE_ROWS);
  const pager = byId("pager");
  pager.hidden = pages === 1;
  pager.replaceChildren(
    el("button", { type: "button", disabled: table.page === 0, onclick: turn(table.page - 1) }, "Previous"),
    el("span", { class: "quiet" }, `${count(first)} to ${count(last)} of ${count(table.rows.length)}`),
    el("button", { type: "button", disabled: table.page + 1 >= pages, onclick: turn(table.page + 1) }, "Next"));
}

/** The filters that fit the shown check. */
function resetFilters() {
  const ends = shownCheck().endpoints;
  const groups = [...new Set(ends.groups)].sort(collator.compare);
  const kept = byId("filter_group").value;
  const option = (value, text) => el("option", { value }, text);
  byId("filter_group").replaceChildren(option("", "all"), ...groups.map((group) => option(group, group || "(none)")));
  byId("filter_group").value = groups.includes(kept) ? kept : "";
  table.range = null;
  byId("filter_range").hidden = true;
}

function chooseRange(slacks, words) {
  table.range = { slacks, words };
  const button = byId("filter_range");
  button.hidden = false;
  button.replaceChildren(`slack ${words} `, el("span", { "aria-hidden": "true" }, "\u00d7"));
  button.setAttribute("aria-label", `Remove the filter: slack ${words}`);
  selectRows();
  byId("endpoints").scrollIntoView({ block: "start", behavior: "smooth" });
}
