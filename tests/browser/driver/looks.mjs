// Functions that Chromium runs in a page to measure how it looks; each stands alone, as none sees this file there.

/** Names the first element beyond the window's width when the page scrolls sideways, else returns undefined. */
export function widerThanWindow() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return undefined;
  const culprit = [...document.body.querySelectorAll('*')].find((e) => e.getBoundingClientRect().right > width);
  return culprit ? `<${culprit.tagName.toLowerCase()} id="${culprit.id}">` : 'nobody knows why';
}

/** Returns the texts whose contrast with their background is below 4.5 to 1 (WCAG 2.2 §1.4.3). */
export function unreadable() {
  const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const [lighter, darker] = [parse(getComputedStyle(element).color), backgroundOf(element)]
      .map(luminance)
      .sort((a, b) => b - a);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    if (contrast < 4.5) found.push(`${contrast.toFixed(2)} "${node.data.trim()}"`);
  }
  return found;
}
