// What of a page lies outside its width, or is cut off by a part that hides what overflows.
const width = document.documentElement.clientWidth;
const found = [];

function label(node) {
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const name = element.tagName.toLowerCase() + (element.className && element.className.trim ? "." + element.className.trim().split(/\s+/).join(".") : "");
  return `${name} “${(element.textContent || "").trim().slice(0, 12)}”`;
}

// Meant for screen readers or for the keyboard alone.
function hidden(element) {
  return element.closest(".unseen, .skip, .stack thead, svg, option") !== null;
}

function boxes(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const whole = node.nodeType === Node.TEXT_NODE ? range.getClientRects() : node.getClientRects();
  return [...whole].filter((box) => box.width > 0 && box.height > 0);
}

// The parts around a node that cut it off, and whether the reader can push one of them sideways.
function around(node) {
  const cutting = [];
  for (let part = node.parentElement; part && part !== document.body; part = part.parentElement) {
    const style = getComputedStyle(part);
    if (style.overflowX === "auto" || style.overflowX === "scroll") return { cutting, scrolls: true };
    if (style.overflowX !== "visible" || style.clipPath !== "none") cutting.push(part);
  }
  return { cutting, scrolls: false };
}

function check(node) {
  const { cutting, scrolls } = around(node);
  for (const box of boxes(node)) {
    if (!scrolls && (box.left < -1 || box.right > width + 1)) {
      found.push(`${label(node)}: ${Math.round(box.left)} to ${Math.round(box.right)} of ${width}`);
    }
    for (const part of cutting) {
      const edge = part.getBoundingClientRect();
      const over = Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
      if (over > 1) found.push(`${label(node)}: ${Math.round(over)} px cut off by ${label(part)}`);
    }
  }
}

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  if (hidden(element) || (node.nodeType === Node.TEXT_NODE && !node.data.trim())) continue;
  check(node);
}
if (document.documentElement.scrollWidth > width + 1) found.push(`the page: ${document.documentElement.scrollWidth} of ${width}`);
return [...new Set(found)];
