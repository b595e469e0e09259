// Targets that are smaller than a thumb, except links within a sentence (WCAG 2.2, 2.5.8).
const small = [];
for (const target of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
  if (target.closest(".unseen, .skip") || target.matches(".option input")) continue;
  const line = target.closest("p, li, dd, td, th, h1, h2, h3, label, q");
  const inSentence = target.tagName === "A" && getComputedStyle(target).display === "inline" && line && line.textContent.trim().length > target.textContent.trim().length + 1;
  if (inSentence) continue;
  const label = target.matches("input") && target.labels && target.labels[0];
  const box = (label && label.contains(target) ? label : target).getBoundingClientRect();
  if (!box.width) continue;
  if (box.height < 43.5 || box.width < 43.5) small.push(`${target.tagName} ${target.className} “${target.textContent.trim().slice(0, 10)}” in ${target.parentElement.tagName}.${target.parentElement.className}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
}
return small;
