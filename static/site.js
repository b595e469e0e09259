// Pages do without this. By the clock of China it says what is today, and takes away what is over.
const now = new Date(Date.now() + 8 * 60 * 60000).toISOString().slice(0, 16);
document.querySelectorAll("[data-until]").forEach((place) => {
  const { until } = place.dataset;
  const state = until <= now ? "over" : until.slice(0, 10) === now.slice(0, 10) ? "today" : "ahead";
  const parts = place.querySelectorAll("[data-when]");
  parts.forEach((part) => { part.hidden = !part.dataset.when.split(" ").includes(state); });
  if ("gone" in place.dataset) place.hidden = state === "over";
});

// While a form is on its way, the pressed button says so and nothing is sent twice. After a while,
// or when the reader comes back to the page, it can be pressed again. A form that answers with a
// file, whose address ends like one, leaves the page as it is.
const PATIENCE = 20000;
const SENDING = "请稍等";
document.querySelectorAll("form[method=post]").forEach((form) => {
  if (/\.\w+$/.test(form.getAttribute("action"))) return;
  const told = form.querySelector("[role=status]") || form.appendChild(document.createElement("span"));
  told.className = "unseen";
  told.setAttribute("role", "status");
  let pressed = null;
  let text = "";
  const end = () => {
    if (!pressed) return;
    pressed.innerHTML = text;
    pressed.removeAttribute("aria-disabled");
    told.textContent = "";
    pressed = null;
  };
  form.addEventListener("submit", (event) => {
    if (pressed) {
      event.preventDefault();
      return;
    }
    pressed = event.submitter || form.querySelector("button");
    if (!pressed) return;
    text = pressed.innerHTML;
    pressed.textContent = told.textContent = pressed.dataset.sending || SENDING;
    pressed.setAttribute("aria-disabled", true);
    setTimeout(end, PATIENCE);
  });
  window.addEventListener("pageshow", (event) => event.persisted && end());
});

// Older browsers know `autofocus` only of questions.
const wrong = document.querySelector(".wrong[autofocus]");
if (wrong) wrong.focus();
