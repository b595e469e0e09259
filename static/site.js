// Pages do without this; it only says when the next service day is, by the clock of China.
document.querySelectorAll("[data-service-day]").forEach((place) => {
  const day = Number(place.dataset.serviceDay);
  const now = new Date(Date.now() + (8 * 60 + new Date().getTimezoneOffset()) * 60000);
  const next = new Date(now.getFullYear(), now.getMonth() + (now.getDate() > day ? 1 : 0), day);
  const week = "日一二三四五六"[next.getDay()];
  place.textContent = now.getDate() === day ? "就是今天" : `下一次：${next.getMonth() + 1} 月 ${next.getDate()} 日，星期${week}`;
});
