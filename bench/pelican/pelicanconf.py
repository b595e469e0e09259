"""How Pelican makes the same community."""

SITEURL = "https://kongming.example.cn"
SITENAME = "空明社区"
STATION = "空明社区新时代文明实践站"
ADDRESS = "七星区空明社区党群服务中心（示例地址）"
PHONE = "0773-0000000"
HOURS = "周一至周五 9:00–12:00、14:30–17:30；每月 15 日志愿服务日照常开门"
DEFAULT_LANG = "zh-cn"
TIMEZONE = "Asia/Shanghai"

PATH = "content"
OUTPUT_PATH = "public"
THEME = "theme"
THEME_STATIC_DIR = "static"
STATIC_PATHS: list[str] = []
PLUGIN_PATHS = ["plugins"]
PLUGINS = ["neighbours"]

# News are its articles; teams and services its pages, each at the address of its folder.
ARTICLE_PATHS = ["news"]
ARTICLE_URL = "news/{slug}/"
ARTICLE_SAVE_AS = "news/{slug}/index.html"
PAGE_PATHS = ["teams", "menu"]
PATH_METADATA = r"(?P<folder>[^/]+)/.*"
PAGE_URL = "{folder}/{slug}/"
PAGE_SAVE_AS = "{folder}/{slug}/index.html"
SLUGIFY_SOURCE = "basename"
SLUGIFY_USE_UNICODE = True
FORMATTED_FIELDS: list[str] = []
ARTICLE_TRANSLATION_ID = PAGE_TRANSLATION_ID = None

DIRECT_TEMPLATES = ["index", "news", "tags", "teams", "menu", "sitemap"]
NEWS_URL, NEWS_SAVE_AS = "news/", "news/index.html"
TAGS_SAVE_AS = "tags/index.html"
TEAMS_SAVE_AS = "teams/index.html"
MENU_SAVE_AS = "menu/index.html"
SITEMAP_SAVE_AS = "sitemap.xml"
TEMPLATE_EXTENSIONS = [".html", ".xml"]
TAG_URL = "tags/{slug}/"
TAG_SAVE_AS = "tags/{slug}/index.html"
CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = ""
PAGINATED_TEMPLATES = {"news": 20, "tag": 20}
PAGINATION_PATTERNS = [
    (1, "{url}", "{save_as}"),
    (2, "{url}page/{number}/", "{base_name}/page/{number}/index.html"),
]

FEED_ALL_ATOM = "feed.xml"
FEED_MAX_ITEMS = 20
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

# As ours, and what stands at the head of a file.
MARKDOWN = {
    "extension_configs": {
        f"markdown.extensions.{name}": {}
        for name in ("meta", "tables", "fenced_code", "sane_lists", "nl2br")
    },
    "output_format": "html5",
}

# What was read is kept for the next build.
CACHE_CONTENT = LOAD_CONTENT_CACHE = True
GZIP_CACHE = False
