// Pages do without this. It says when the next service day is, by the clock of China.
document.querySelectorAll("[data-service-day]").forEach((place) => {
  const day = Number(place.dataset.serviceDay);
  const now = new Date(Date.now() + (8 * 60 + new Date().getTimezoneOffset()) * 60000);
  const next = new Date(now.getFullYear(), now.getMonth() + (now.getDate() > day ? 1 : 0), day);
  const week = "日一二三四五六"[next.getDay()];
  place.textContent = now.getDate() === day ? "就是今天" : `下一次：${next.getMonth() + 1} 月 ${next.getDate()} 日，星期${week}`;
});

// While a form is on its way, its button says so and sends nothing twice. After a while, or when
// the reader comes back to the page, it can be pressed again.
const PATIENCE = 20000;
document.querySelectorAll("[data-sending]").forEach((button) => {
  const told = button.form.querySelector("[role=status]");
  const text = button.textContent;
  const say = (sending) => {
    button.textContent = sending ? button.dataset.sending : text;
    told.textContent = sending ? button.dataset.sending : "";
    button.setAttribute("aria-disabled", sending);
  };
  button.form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter !== button) return;
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    say(true);
    setTimeout(say, PATIENCE, false);
  });
  window.addEventListener("pageshow", (event) => event.persisted && say(false));
});

// Older browsers know `autofocus` only of questions.
const wrong = document.querySelector(".wrong[autofocus]");
if (wrong) wrong.focus();
