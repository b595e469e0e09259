// How Eleventy makes the same community, and what its lists and neighbours are worked out with.

const PER_PAGE = 20;
const RELATED = 4;
const LONGEST = 90;

export const config = {
  dir: { input: "content", includes: "../layouts", output: "public" },
  // No body has tags of a template language.
  markdownTemplateEngine: false,
};

export default function (eleventy) {
  let around = new Map();
  eleventy.addPassthroughCopy("static");
  eleventy.setNunjucksEnvironmentOptions({ trimBlocks: true, lstripBlocks: true });

  eleventy.addCollection("teams", (all) => all.getFilteredByGlob("content/teams/*.md"));
  eleventy.addCollection("menu", (all) => all.getFilteredByGlob("content/menu/*.md"));
  eleventy.addCollection("news", (all) => {
    const news = newest(all);
    const near = related(news);
    around = new Map(
      news.map((item, at) => [
        item.url,
        { newer: news[at - 1], older: news[at + 1], related: near[at] },
      ]),
    );
    return news;
  });
  // Eleventy pages through one list, not through a list of each tag: this is all of them in one.
  eleventy.addCollection("tagPages", (all) =>
    [...byTag(newest(all))]
      .sort(([, some], [, others]) => others.length - some.length)
      .flatMap(([tag, items]) => paged(tag, items)),
  );

  eleventy.addFilter("around", (url) => around.get(url));
  eleventy.addFilter("excerpt", excerpt);
  eleventy.addFilter("iso", (date) => date.toISOString().slice(0, 10));
  eleventy.addFilter(
    "day",
    (date) => `${date.getUTCFullYear()}年${date.getUTCMonth() + 1}月${date.getUTCDate()}日`,
  );
}

function newest(all) {
  return all.getFilteredByGlob("content/news/*.md").reverse();
}

function byTag(news) {
  const tagged = new Map();
  for (const item of news) {
    for (const tag of item.data.tags ?? []) {
      if (!tagged.has(tag)) tagged.set(tag, []);
      tagged.get(tag).push(item);
    }
  }
  return tagged;
}

function paged(tag, items) {
  const total = Math.ceil(items.length / PER_PAGE);
  return Array.from({ length: total }, (_, at) => ({
    tag,
    count: items.length,
    number: at + 1,
    total,
    items: items.slice(at * PER_PAGE, (at + 1) * PER_PAGE),
  }));
}

// Those with most tags in common, the nearest in time first. As ours, it weighs the nearest few
// under each tag, so that the work does not grow with the square of the news.
function related(news) {
  const tagged = byTag(news);
  const place = new Map(news.map((item, at) => [item, at]));
  const passed = new Map();
  return news.map((item, at) => {
    const common = new Map();
    for (const tag of item.data.tags ?? []) {
      const here = passed.get(tag) ?? 0;
      passed.set(tag, here + 1);
      for (const other of tagged.get(tag).slice(Math.max(0, here - RELATED), here + RELATED + 1)) {
        common.set(other, (common.get(other) ?? 0) + 1);
      }
    }
    common.delete(item);
    const away = (other) => Math.abs(place.get(other) - at);
    return [...common.keys()]
      .sort((one, other) => common.get(other) - common.get(one) || away(one) - away(other))
      .slice(0, RELATED);
  });
}

function excerpt(html) {
  const plain = html.replace(/<[^>]*>/g, "").replace(/\s+/g, " ").trim();
  return plain.length <= LONGEST ? plain : plain.slice(0, LONGEST - 1) + "…";
}
