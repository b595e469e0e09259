"""What a news page shows of others: the one before, the one after, four on the same subjects."""

from collections import Counter, defaultdict

from pelican import signals

RELATED = 4


def neighbours(generator):
    """Give each article its neighbours."""
    news = generator.articles
    for position, (article, near) in enumerate(zip(news, related(news), strict=True)):
        article.newer = news[position - 1] if position else None
        article.older = news[position + 1] if position + 1 < len(news) else None
        article.related = [news[other] for other in near]
    generator.context["tags"] = sorted(generator.tags.items(), key=lambda each: -len(each[1]))
    # For templates that list by date, Pelican looks up each of these among the news of each tag,
    # author and category. Ours do not list so, and it would take a third of a build with its cache.
    generator.dates = []


def related(news):
    """For each article the positions of those with most tags in common, the nearest first.

    As ours, it weighs the nearest few under each tag, so that the work does not grow with the
    square of the news.
    """
    tagged = defaultdict(list)
    for position, article in enumerate(news):
        for tag in getattr(article, "tags", ()):
            tagged[tag].append(position)
    passed = Counter()
    for position, article in enumerate(news):
        common = Counter()
        for tag in getattr(article, "tags", ()):
            here = passed[tag]
            passed[tag] += 1
            common.update(tagged[tag][max(0, here - RELATED) : here + RELATED + 1])
        common.pop(position, None)
        nearest = sorted(common, key=lambda other: (-common[other], abs(other - position)))
        yield nearest[:RELATED]


def register():
    """Have Pelican call it when all news was read."""
    signals.article_generator_finalized.connect(neighbours)
