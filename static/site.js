// Pages do without this; it only says when the next service day is.
for (const place of document.querySelectorAll("[data-service-day]")) {
  const day = Number(place.dataset.serviceDay);
  const now = new Date(Date.now() + (8 * 60 + new Date().getTimezoneOffset()) * 60000);
  const next = new Date(now.getFullYear(), now.getMonth() + (now.getDate() > day ? 1 : 0), day);
  const week = "日一二三四五六"[next.getDay()];
  place.textContent = `下一次是 ${next.getMonth() + 1} 月 ${next.getDate()} 日，星期${week}`;
}
