"""The sentences that `check` says: what is wrong, and how to mend it.

They stand apart from the checks so that a community may read and reword them in one place.
"""

FIGURES_MEND = (
    "这个文件由程序写，不用手改：请在有数据库的电脑上运行 build，它会重写；"
    "没有数据库，就从版本库取回完整的一版，或先删去它（网站暂时没有统计）。"
)

SENTENCES: dict[str, tuple[str, str]] = {
    "not_utf8": ("文件不是 UTF-8 编码。", "请用编辑器另存为 UTF-8。"),
    "control_character": ("这里有看不见的控制字符。", "请删去它，重新输入这几个字。"),
    "empty": ("文件是空的。", "请填写内容，或删去这个文件。"),
    "not_mapping": ("文件要由“名称: 内容”一行行组成。", "请参照同一文件夹里的其他文件。"),
    "key_not_text": ("冒号前面的名称要是一个词。", "请参照同一文件夹里的其他文件。"),
    "duplicate_key": ("“{key}”写了两次，第一次在第 {first} 行。", "请只留一处。"),
    "anchor": ("这里用了 YAML 的锚点（& 或 *），内容文件不用它。", "请把内容直接写出来。"),
    "tab": ("这一行用了制表符（Tab）缩进。", "请改用空格，每层两个。"),
    "colon": ("这里的冒号让一行有了两个意思。", "内容里有英文冒号时，请给整段内容加上引号。"),
    "no_colon": ("这一行缺少英文冒号和空格。", "请写成“名称: 内容”，冒号用英文的，后面空一格。"),
    "syntax": ("YAML 读不懂这里（{detail}）。", "请检查缩进、引号和冒号。"),
    "file_name": (
        "文件名“{name}”不能用作网址。",
        "请只用小写英文字母、数字和短横线，例如 {example}.yaml。",
    ),
    "file_ending": (
        "内容文件要以 .yaml 结尾。",
        "请改名为 {example}.yaml，或移出 content 文件夹。",
    ),
    "folder": ("没有名为“{name}”的内容文件夹。", "{mend}"),
    "missing_file": ("缺少这个文件。", "请从样例里复制一份再改。"),
    "unreadable": ("文件打不开（{detail}）。", "请检查文件权限。"),
    "unknown_key": ("不认识“{name}”。", "{mend}"),
    "missing": ("缺少必填的“{name}”。", "请加上一行“{name}: ……”，冒号后面写内容。"),
    "wrong_type": ("“{name}”应当是{expected}，现在是“{found}”。", "{mend}"),
    "wrong_value": ("“{name}”的内容“{found}”不对。", "{mend}"),
    "end_before_start": ("结束时间 end 早于开始时间 start。", "请核对两个时间。"),
    "choices": ("选择题（choice、choices）才有选项，也必须有选项。", "请加上或删去 choices。"),
    "unknown_team": ("没有名为“{name}”的服务队。", "{mend}"),
    "unknown_picture": ("static 文件夹里没有图片“{name}”。", "{mend}"),
    "unsafe_tag": ("标签“{name}”不能用作网址。", "{mend}"),
    "required_page": ("缺少页面“{name}”，每一页的页脚都链接到它。", "请从样例里复制一份再改。"),
    "required_field": (
        "这张表单要有名为“{name}”的必答题，kind 是 {kind}，程序靠它工作。",
        "请加上它，并写 required: true。",
    ),
    "duplicate_address": ("网址 {address} 已经被 {other} 用了。", "请给其中一个文件改名。"),
    "figures_conflict": ("这里留着两个版本合并时的标记。", FIGURES_MEND),
    "figures_syntax": ("文件在这里断了，不是完整的 JSON。", FIGURES_MEND),
    "figures_shape": (
        "这里不是统计数字的样子：个数是不小于 0 的整数，日期写成 2026-11-25 的样子。",
        FIGURES_MEND,
    ),
    "required_form": ("缺少表单“{name}”，居民要用它。", "请从样例里复制一份再改。"),
}

SAFE_TAG = "请去掉斜杠、问号、井号和首尾的空格、句点。"
NEAREST = "是不是“{name}”？"
KNOWN = "可以用的有：{names}。"

TYPES = {
    "text": ("文字", "请写一段文字。"),
    "list": ("列表", "请写成列表：每项一行，行首是短横线和空格。"),
    "mapping": ("一组名称和内容", "请在下一行缩进两格，写成“名称: 内容”。"),
    "integer": ("整数", "请写阿拉伯数字，不带单位。"),
    "boolean": ("“true”或“false”", "请写 true（是）或 false（否）。"),
    "date": ("日期", "请写成 2026-04-05 的样子，而且要是真实的日子。"),
    "moment": ("日期和时间", "请写成 2026-04-05 14:30 的样子。"),
    "clock": ("时间", "请写成 09:00 的样子。"),
}

STORE: dict[str, str] = {
    "secret_missing": (
        "密钥不见了：{place} 没有，或者是空的。没有它，谁也读不了个人信息，所以什么也没有动，"
        "也不会另造一把。请把另外保管的那一份放回去再试；真的再也找不到了，见 docs/operate.md。"
    ),
    "secret_short": (
        "密钥太短：{place} 的第一行至少要有 {shortest} 个字符。请核对是不是放错了文件。"
    ),
    "secret_there": "密钥还在：{place}，或者写在 WUDAN_SECRET 里，所以没有另造。",
    "secret_foreign": (
        "密钥和数据库不是一对：这把密钥打不开库里的个人信息，所以什么也没有动。"
        "请换回这个社区自己的密钥；要是数据库放错了，请换回自己的数据库。"
    ),
    "store_missing": (
        "密钥还在，数据库却不见了：没有 {place}。请先核对 --data 写得对不对；"
        "真丢了，请用 build.py restore 放回备份。确实要从头开始，请用 serve --new。"
    ),
    "store_empty": (
        "数据库是空的：{place} 里什么也没有，旁边却有密钥或没有并进去的日志。请不要删旁边的文件，"
        "用 build.py restore 放回备份。确实要从头开始，请先把它们移走，再用 serve --new。"
    ),
    "store_damaged": (
        "数据库坏了，读不了：{place}（{error}）。什么也没有动。"
        "请用 build.py restore 放回最近的备份，坏了的会留着。"
    ),
    "store_newer": (
        "{place} 是更新版本的五单写的，这个版本读不懂。请升级程序，或者换回升级以前的备份。"
    ),
    "store_unknown": "{place} 不是五单的数据库。请核对 --data 写得对不对。",
    "in_use": (
        "还有别的程序开着 {place} 里的数据库，多半是 serve 还在运行。请先停下它，再做一次。"
    ),
    "unwritable": "{place} 写不进去（{error}）。请看看磁盘是不是满了、文件夹是不是只读。",
    "not_a_file": (
        "这个社区的数据在云上的表里，不是文件。要回到以前的某一刻，请用 AWS 的“时间点恢复”；"
        "要搬回这台机器，请用 build.py move。见 docs/operate.md。"
    ),
    "no_copy": "没有 {place} 这个文件。请核对备份放在哪里。",
    "no_store": "{place} 里还没有数据库。请核对 --data 写得对不对；第一次用，请先运行 serve。",
}
"""What is said of a store that cannot be used, by :attr:`functions.store.Unusable.code`."""
