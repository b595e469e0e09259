// Pages do without this. It says when the next service day is, by the clock of China.
document.querySelectorAll("[data-service-day]").forEach((place) => {
  const day = Number(place.dataset.serviceDay);
  const now = new Date(Date.now() + (8 * 60 + new Date().getTimezoneOffset()) * 60000);
  const next = new Date(now.getFullYear(), now.getMonth() + (now.getDate() > day ? 1 : 0), day);
  const week = "日一二三四五六"[next.getDay()];
  place.textContent = now.getDate() === day ? "就是今天" : `下一次：${next.getMonth() + 1} 月 ${next.getDate()} 日，星期${week}`;
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
