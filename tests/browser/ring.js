// Whether whatever can have the focus shows it: the contrast of its ring with what lies around it.
function luminance(color) {
  const [red, green, blue] = color.match(/[\d.]+/g).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function ground(element) {
  for (let part = element.parentElement; part; part = part.parentElement) {
    const color = getComputedStyle(part).backgroundColor;
    if (!color.startsWith("rgba")) return color;
  }
  return "rgb(255, 255, 255)";
}

const weak = [];
for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
  element.focus();
  if (document.activeElement !== element) continue; // It lies in something folded.
  const { outlineStyle, outlineColor, boxShadow } = getComputedStyle(element);
  const rings = outlineStyle === "none" ? [] : [outlineColor, ...(boxShadow === "none" ? [] : [boxShadow.split(")")[0]])];
  const around = ground(element);
  const best = Math.max(0, ...rings.map((ring) => contrast(ring, around)));
  if (best < 3) weak.push(`${element.tagName} “${element.textContent.trim().slice(0, 12)}” on ${around}: ${best.toFixed(2)}`);
}
return weak;
