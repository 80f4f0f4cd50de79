// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Texts with less contrast than 4.5 to 1 against what is behind them (WCAG 2, level AA).
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  // Any color as the browser paints it, on what is there already.
  const paint = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const [red, green, blue] = [r, g, b].map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const gradient = style.backgroundImage.match(/^linear-gradient\((.*?\)) 0/);
      if (gradient) layers.unshift(gradient[1]);
      layers.unshift(style.backgroundColor);
    }
    layers.unshift("white");
    return layers.map(paint).pop();
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    const style = getComputedStyle(element);
    if (hasText && element.checkVisibility() && !element.closest("script, noscript, title, [disabled], .unseen")) {
      const ground = luminance(behind(element));
      const color = element.closest("svg") ? style.fill : style.color;
      const text = luminance(paint(color));
      const ratio = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
      if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${element.className?.baseVal ?? element.className} ${element.textContent.slice(0, 30)}`);
    }
  }
  return [...new Set(poor)].slice(0, 20);
})()
