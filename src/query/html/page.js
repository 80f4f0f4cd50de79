// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// The page: what is chosen, what is drawn for it, and the path of one endpoint.

/** The period of a clock at a stage in the shown scene, if it is known. */
function periodOf(stage, name) {
  const { scene } = shownCheck();
  const is = (clock) => clock.name === name && clock.scenes.includes(scene);
  return report.stages[stage].clocks.find(is)?.period;
}

/** The shortest clock period of a stage in the shown scene, if any is known. */
function shortestPeriod(stage) {
  const { scene } = shownCheck();
  const clocks = stage.clocks.filter((clock) => clock.scenes.includes(scene) && clock.period > 0);
  return clocks.length ? Math.min(...clocks.map((clock) => clock.period)) : undefined;
}

function drawAbout() {
  const stages = report.stages;
  const engines = [...new Set(stages.map((stage) => stage.engine.trim()))].join(", ");
  byId("design").textContent = report.design || "(no design)";
  const clocks = stages.at(-1).clocks.map((clock) => `clock ${clock.name} ${Number((clock.period * 1e9).toPrecision(4))} ns`);
  const more = clocks.length > 3 ? [`${clocks.length - 3} more clocks`] : [];
  byId("about").textContent = [plural(stages.length, "stage"), report.store, engines, ...new Set(clocks.slice(0, 3)), ...more]
    .filter(Boolean).join(" \u00b7 ");
  byId("foot").textContent = "Made by ckp from stored stages. Times of the file are seconds to the last bit; what is shown is rounded.";
}

function drawTrend() {
  const { path_delay: pathDelay } = shownCheck();
  const sums = report.stages.map((stage) => summary(stage, pathDelay));
  const worst = sums.map(worstSlack);
  const of = (field) => sums.map((sum) => (sum ? sum[field] : null));
  byId("trend_charts").replaceChildren(
    trendChart("Worst slack (WNS)", timeUnit().name, worst, time),
    trendChart("Total negative slack (TNS)", "ns", of("tns"), nanoseconds),
    trendChart("Violating endpoints", "", of("violating_endpoints"), count));
}

function drawLegend() {
  const check = shownCheck();
  const buttons = report.stages.map((stage, index) => {
    const isThere = check.histograms[index] !== null;
    const emphasize = (isOn) => () => {
      const chart = byId("histogram_chart");
      chart.classList.toggle("one", isOn && view.visible.has(index));
      for (const path of chart.querySelectorAll(".outline")) {
        path.classList.toggle("this", isOn && Number(path.dataset.stage) === index);
      }
    };
    return el("button", { type: "button", class: "key", disabled: !isThere, "data-stage": index,
      "aria-pressed": String(isThere && view.visible.has(index)),
      onclick: () => show(view.visible.has(index) ? [...view.visible].filter((other) => other !== index) : [...view.visible, index], index),
      onpointerenter: emphasize(true), onpointerleave: emphasize(false),
      onfocus: emphasize(true), onblur: emphasize(false) }, swatch(index), " ", stage.stage);
  });
  const last = report.stages.length - 1;
  const all = report.stages.map((_, index) => index);
  const quick = report.stages.length > 2 ? [
    el("button", { type: "button", class: "link", onclick: () => show(all) }, "all"),
    el("button", { type: "button", class: "link", onclick: () => show([0, last]) }, "first and last"),
  ] : [];
  byId("legend").replaceChildren(...buttons, ...quick);
}

/** Have these stages in the histogram. */
function show(stages, focused) {
  view.visible = new Set(stages);
  drawHistogram();
  if (focused !== undefined) byId("legend").querySelector(`[data-stage="${focused}"]`)?.focus();
  if (table.range) selectRows();
}

function drawHistogram() {
  const check = shownCheck();
  drawLegend();
  byId("histogram_chart").replaceChildren(histogramChart(chooseRange));
  const none = check.histograms.map((counts, index) => [index, counts?.none ?? 0]).filter(([, number]) => number > 0);
  const width = check.bins.width * timeUnit().factor;
  const words = [`Bins of ${Number(width.toPrecision(3))} ${timeUnit().name}, one edge at zero.`];
  if (none.length) {
    words.push(`Not drawn, since unconstrained: ${none.map(([index, number]) => `${report.stages[index].stage} ${count(number)}`).join(", ")}.`);
  }
  if (check.bins.count) words.push("Choose a bar to list its endpoints.");
  byId("histogram_note").textContent = words.join(" ");
}

/** Everything that depends on check, scene and unit. */
function drawAll() {
  const check = shownCheck();
  const scenes = new Set(report.checks.map((other) => other.scene));
  const name = check.path_delay === "max" ? "setup" : "hold";
  for (const element of document.querySelectorAll(".shown_check")) {
    element.textContent = scenes.size > 1 ? `${name}, scene ${check.scene}` : name;
  }
  drawStages();
  drawTrend();
  drawHistogram();
  drawDiff();
  resetFilters();
  selectRows();
}

function choose() {
  const pathDelay = document.querySelector("input[name=path_delay]:checked").value;
  const scene = byId("scene").value;
  view.check = report.checks.findIndex((check) => check.scene === scene && check.path_delay === pathDelay);
  view.unit = document.querySelector("input[name=unit]:checked").value;
  drawAll();
}

/** Arrow keys go from endpoint to endpoint. */
function moveAlongRows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches(".pin")) return;
  const pins = [...byId("endpoint_table").querySelectorAll(".pin")];
  pins[pins.indexOf(event.target) + step]?.focus();
  event.preventDefault();
}

const THEMES = [["system", "light dark"], ["light", "light"], ["dark", "dark"]];

function changeTheme(event) {
  const names = THEMES.map(([name]) => name);
  const now = names.findIndex((name) => event.target.textContent === `Theme: ${name}`);
  const [name, scheme] = THEMES[(now + 1) % THEMES.length];
  document.documentElement.style.colorScheme = scheme;
  event.target.textContent = `Theme: ${name}`;
}

/** Few enough stages are all drawn; of many, the first, the last, and some between in other colors. */
function firstVisible() {
  const last = report.stages.length - 1;
  if (last < 8) return report.stages.map((_, index) => index);
  const chosen = [0, last];
  for (const share of [0.25, 0.5, 0.75]) {
    let stage = Math.round(share * last);
    while (chosen.some((other) => other % 10 === stage % 10)) stage += 1;
    chosen.push(stage);
  }
  return chosen.filter((stage) => stage <= last);
}

function start() {
  const scenes = [...new Set(report.checks.map((check) => check.scene))];
  byId("scene").replaceChildren(...scenes.map((scene) => el("option", { value: scene }, scene)));
  byId("scene_label").hidden = scenes.length < 2;
  byId("period_unit").hidden = !report.stages.some(shortestPeriod);
  const states = { all: "all", any: "violating at any stage", last: "violating at the last stage",
    new: "newly violating", fixed: "fixed" };
  const usable = Object.entries(states).filter(([state]) => report.stages.length > 1 || ["all", "last"].includes(state));
  byId("filter_state").replaceChildren(...usable.map(([value, text]) => el("option", { value },
    report.stages.length > 1 || value === "all" ? text : "violating")));
  view.visible = new Set(firstVisible());
  byId("controls").addEventListener("change", choose);
  byId("filters").addEventListener("input", selectRows);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filter_range").addEventListener("click", () => {
    table.range = null;
    byId("filter_range").hidden = true;
    selectRows();
    byId("filter_name").focus();
  });
  byId("logarithmic").addEventListener("change", (event) => {
    view.logarithmic = event.target.checked;
    drawHistogram();
  });
  byId("theme").addEventListener("click", changeTheme);
  byId("endpoint_table").addEventListener("keydown", moveAlongRows);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && table.open !== null) toggle(table.open);
  });
  drawAbout();
  choose();
}

start();
